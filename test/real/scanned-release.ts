import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';

export interface Advisory {
  readonly id: string;
  /** The source package. */
  readonly package: string;
  readonly fixedIn: string;
  readonly severity: 'critical' | 'low';
}

export interface RealScanner {
  /** As the policy names it, and its program. */
  readonly tool: string;
  readonly path: string;
  /** Variables that make it use the database in this folder and nothing else. */
  readonly environment: (database: string) => Readonly<Record<string, string>>;
  /** Writes a database for Debian 12 with these advisories only into a folder, or into the one that is there. */
  readonly writeDatabase: (
    folder: string,
    of: { readonly advisories: readonly Advisory[]; readonly updatedAt: Date },
  ) => Promise<void>;
}

/**
 * A release of an image with one vulnerable package of Debian: stopped at the finding and not at a mild one, not believed with
 * an old database, and published once the finding is excused.
 */
export async function checkScannedRelease(t: Scope, scanner: RealScanner): Promise<void> {
  const { tool, writeDatabase } = scanner;
  const database = await makeFolder(t);
  const fixedIn = '1:1.2.13.dfsg-2';
  const advisories: readonly Advisory[] = [
    { id: 'CVE-2026-1001', package: 'zlib', fixedIn, severity: 'critical' },
    { id: 'CVE-2026-1002', package: 'zlib', fixedIn, severity: 'low' },
  ];
  const now = new Date();
  await writeDatabase(database, { advisories, updatedAt: now });
  const bin = await makeFolder(t);
  await symlink(scanner.path, join(bin, tool));
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
  await project.commit({ 'cutwater.yaml': `${policy}scan:\n  tool: ${tool}\n` });
  await project.tag('1.0.0');
  const { folder, env: own } = await runner(t, project);
  const at = { folder, env: { ...own, PATH: `${bin}:${own['PATH'] ?? ''}`, ...scanner.environment(database) } };
  const stopped = await runProgram(['release', '1.0.0'], at);
  assert.equal(stopped.exitCode, 3, stopped.stderr);
  assert.match(stopped.stderr, /linux\/amd64: critical: "CVE-2026-1001" in "zlib1g"/);
  assert.match(stopped.stderr, /linux\/arm64: critical: "CVE-2026-1001" in "zlib1g"/);
  assert.doesNotMatch(stopped.stderr, /CVE-2026-1002/);

  const excuse = '{ id: CVE-2026-1001, reason: not reachable, until: 2099-01-01 }';
  await project.commit({ 'cutwater.yaml': `${policy}scan:\n  tool: ${tool}\n  exceptions:\n    - ${excuse}\n` });
  await writeDatabase(database, { advisories, updatedAt: new Date(now.getTime() - 145 * 3600 * 1000) });
  const old = await runProgram(['release', '1.0.0'], at);
  assert.equal(old.exitCode, 6, old.stderr);
  assert.match(old.stderr, /database is 145 hours old, at most 48 hours are allowed/);

  await writeDatabase(database, { advisories, updatedAt: now });
  await succeed(['release', '1.0.0'], at);
  assert.match(await succeed(['verify', '1.0.0'], at), /scan linux\/amd64/);
}

export const osRelease = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';
/** The database of a Debian with one package. */
export const dpkgStatus = `Package: zlib1g
Status: install ok installed
Priority: optional
Section: libs
Maintainer: Nobody <nobody@example.org>
Architecture: amd64
Source: zlib
Version: 1:1.2.13.dfsg-1
Description: compression library
`;
