import assert from 'node:assert/strict';
import { access, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runner } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { obtainGoProgram } from './go-peer.ts';
import { notRun } from './peers.ts';
import { makeTrivyDatabase, writeMetadata } from './trivy-database.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules/.cache/test-real');
const trivy = await obtainGoProgram(
  {
    name: 'trivy',
    target: 'github.com/aquasecurity/trivy/cmd/trivy',
    version: 'v0.74.0',
    env: { GOEXPERIMENT: 'jsonv2' },
  },
  cache,
);

const claim =
  'trivy stops a release at a known vulnerability, not at one that is excused, and not with an old database';
if (trivy.is === 'missing') notRun(claim, `trivy: ${trivy.why}`);
else
  void test(claim, { timeout: 600_000 }, async (t) => {
    const database = await makeFolder(t);
    const now = new Date();
    const advisories = [
      { id: 'CVE-2026-1001', package: 'zlib', fixedIn: '1:1.2.13.dfsg-2', severity: 4 },
      { id: 'CVE-2026-1002', package: 'zlib', fixedIn: '1:1.2.13.dfsg-2', severity: 1 },
    ];
    await makeTrivyDatabase(database, { work: await makeFolder(t), advisories, updatedAt: now });
    const bin = await makeFolder(t);
    await symlink(trivy.path, join(bin, 'trivy'));
    const project = await makeProject(t, {
      files: { 'os-release': osRelease, 'debian-version': '12.5\n', 'dpkg-status': dpkgStatus },
    });
    const written = await project.clone.git('show', 'HEAD:cutwater.yaml');
    const policy = `${written}\n`.replace(
      '        entrypoint:',
      [
        '          - { from: os-release, to: /etc/os-release }',
        '          - { from: debian-version, to: /etc/debian_version }',
        '          - { from: dpkg-status, to: /var/lib/dpkg/status }',
        '        entrypoint:',
      ].join('\n'),
    );
    await project.commit({ 'cutwater.yaml': `${policy}scan:\n  tool: trivy\n` });
    await project.tag('1.0.0');
    const at = await runner(t, project);
    const env = {
      ...at.env,
      PATH: `${bin}:${at.env['PATH'] ?? ''}`,
      TRIVY_CACHE_DIR: database,
      TRIVY_SKIP_DB_UPDATE: 'true',
      TRIVY_OFFLINE_SCAN: 'true',
    };
    const stopped = await runProgram(['release', '1.0.0'], { folder: at.folder, env });
    assert.equal(stopped.exitCode, 3, stopped.stderr);
    assert.match(stopped.stderr, /linux\/amd64: critical: "CVE-2026-1001" in "zlib1g"/);
    assert.doesNotMatch(stopped.stderr, /CVE-2026-1002/);

    const excused = `${policy}scan:\n  tool: trivy\n  exceptions:\n    - { id: CVE-2026-1001, reason: not reachable, until: 2099-01-01 }\n`;
    await project.commit({ 'cutwater.yaml': excused });
    await writeMetadata(database, new Date(now.getTime() - 72 * 3600 * 1000));
    const old = await runProgram(['release', '1.0.0'], { folder: at.folder, env });
    assert.equal(old.exitCode, 6, old.stderr);
    assert.match(old.stderr, /database is 72 hours old, at most 48 hours are allowed/);

    await writeMetadata(database, now);
    await succeed(['release', '1.0.0'], { folder: at.folder, env });
    const verified = await succeed(['verify', '1.0.0'], { folder: at.folder, env });
    assert.match(verified, /scan linux\/amd64/);
    await access(join(database, 'db', 'trivy.db'));
  });

const osRelease = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';
const dpkgStatus = `Package: zlib1g
Status: install ok installed
Priority: optional
Section: libs
Maintainer: Nobody <nobody@example.org>
Architecture: amd64
Source: zlib
Version: 1:1.2.13.dfsg-1
Description: compression library
`;
