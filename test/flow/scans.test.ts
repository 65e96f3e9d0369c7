import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { suite, test } from 'node:test';
import { digestOf } from '../../src/domain/digest.ts';
import { changePolicy, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { makeTrivyStandIn } from '../make/trivy-stand-in.ts';

const bad = {
  VulnerabilityID: 'CVE-2026-1001',
  PkgName: 'zlib1g',
  PkgIdentifier: { PURL: 'pkg:deb/debian/zlib1g@1.2.13?arch=amd64' },
  InstalledVersion: '1.2.13',
  FixedVersion: '1.2.14',
  Severity: 'CRITICAL',
  SeveritySource: 'nvd',
};
const mild = { ...bad, VulnerabilityID: 'CVE-2026-1002', Severity: 'LOW' };

void suite('the scan of a release', () => {
  void test('nothing is published while it fails or cannot be believed; what passes is signed and can be verified', async (t) => {
    const trivy = await makeTrivyStandIn(t);
    const project = await makeProject(t);
    await changePolicy(project, (text) => `${text}scan:\n  tool: trivy\n  vex: [docs/vex.json]\n`, {
      'docs/vex.json': vex([]),
    });
    await project.tag('1.0.0-rc.1');
    const at = await runner(t, project);
    const env = { ...at.env, PATH: `${trivy.folder}${delimiter}${at.env['PATH'] ?? ''}` };
    const release = (version: string) => runProgram(['release', version], { folder: at.folder, env });

    const without = await runProgram(['release', '1.0.0-rc.1'], {
      folder: at.folder,
      env: { ...at.env, PATH: await folderOfGit(t) },
    });
    assert.equal(without.exitCode, 6, without.stderr);
    assert.match(without.stderr, /Cannot release v1\.0\.0-rc\.1: not installed here is trivy, which scan\.tool/);
    assert.equal(existsSync(join(project.data, 'registry')), false, 'nothing was built');

    const refusals: readonly [Parameters<typeof trivy.says>[0], number, RegExp][] = [
      [
        { vulnerabilities: [bad, mild] },
        3,
        /linux\/arm64: critical: "CVE-2026-1001" in "zlib1g" "1\.2\.13" \(mended in 1\.2\.14\)/,
      ],
      [{ exitCode: 1 }, 6, /"trivy" ended with exit code 1/],
      [{ report: '{"SchemaVersion": 2, "Results": 7}' }, 6, /is no report of trivy/],
      [{ report: '' }, 6, /is no report of trivy/],
      [{ about: digestOf('another image') }, 6, /it is about an image with configuration sha256:/],
      [{ databaseAge: 80 }, 6, /database is 80 hours old, at most 48 hours are allowed/],
    ];
    for (const [says, exitCode, message] of refusals) {
      await trivy.says(says);
      const ended = await release('1.0.0-rc.1');
      assert.equal(ended.exitCode, exitCode, ended.stderr);
      assert.match(ended.stderr, message);
      assert.doesNotMatch(ended.stderr, /CVE-2026-1002/);
    }
    const before = await readPublished(project.data);
    assert.ok(
      Object.keys(before.tags).every((tag) => tag.startsWith('candidate-')),
      Object.keys(before.tags).join(),
    );

    await trivy.says({ vulnerabilities: [bad, mild] });
    await changePolicy(project, (text) => text, { 'docs/vex.json': vex([excuse]) });
    assert.equal((await release('1.0.0-rc.1')).exitCode, 0);
    const verified = await succeed(['verify', '1.0.0-rc.1'], { folder: at.folder, env });
    for (const platform of ['linux/amd64', 'linux/arm64']) assert.match(verified, new RegExp(`scan ${platform}`));
  });
});

/** A PATH with git and nothing else. */
async function folderOfGit(scope: Scope): Promise<string> {
  const folder = await makeFolder(scope);
  const places = (process.env['PATH'] ?? '').split(delimiter).map((one) => join(one, 'git'));
  await symlink(places.find((one) => existsSync(one)) ?? '', join(folder, 'git'));
  return folder;
}

const excuse = {
  vulnerability: { name: 'CVE-2026-1001' },
  products: [{ '@id': 'pkg:deb/debian/zlib1g' }],
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
};

function vex(statements: readonly unknown[]): string {
  const context = 'https://openvex.dev/ns/v0.2.0';
  return JSON.stringify({ '@context': context, '@id': 'urn:vex', author: 'Ada', version: 1, statements });
}
