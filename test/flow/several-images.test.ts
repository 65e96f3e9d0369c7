import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { suite, test } from 'node:test';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';
import { makeTrivyStandIn } from '../make/trivy-stand-in.ts';
import { readStatement } from '../make/stated.ts';
import { addCompanion, companion, companionPolicy, makeTwoImages } from '../make/two-images.ts';

void suite('a release of two images', { concurrency: 2 }, () => {
  void test('is one version with one statement: built, promoted, verified, withdrawn and restored together', async (t) => {
    const mirror = await startMirror(t);
    const project = await makeTwoImages(t, { prepare: randomTexts });
    await changePolicy(
      project,
      (text) => `${text.replace(`/${companion}\n`, `/${companion}\n    mirrors: [${mirror.name}]\n`)}${gates}`,
    );
    await project.tag('1.0.0-rc.1');
    await succeed(['release', '1.0.0-rc.1'], await runner(t, project));
    await project.tag('1.0.0');
    await succeed(['release', '1.0.0'], await runner(t, project));
    const [first, web] = [await readPublished(project.data), await readPublished(project.data, companion)];
    // No build gives the same bytes twice, so these can only be those of the candidate.
    assert.equal(first.tags['1.0.0'], first.tags['1.0.0-rc.1']);
    assert.equal(web.tags['1.0.0'], web.tags['1.0.0-rc.1']);
    assert.notEqual(web.tags['1.0.0'], first.tags['1.0.0']);
    assert.deepEqual(
      Object.keys(web.tags).filter((tag) => tag.includes('statement')),
      [],
      'the statement lies with the first image alone',
    );
    assert.equal(Object.keys(web.tags).filter((tag) => tag.startsWith('sha-')).length, 1);
    const stated = await readStatement(project.data, '1.0.0');
    assert.deepEqual(
      stated.companions?.map(({ name, index, platforms, documents }) => ({
        name,
        index,
        platforms: platforms.map(({ platform }) => platform),
        roles: documents.map(({ role }) => role),
      })),
      [
        {
          name: `embedded/${companion}`,
          index: web.tags['1.0.0'],
          platforms: ['linux/amd64'],
          roles: ['provenance', 'sbom'],
        },
      ],
    );
    const files = Object.keys(first.files).filter((path) => path.startsWith(`v1.0.0/assets/${companion}.`));
    assert.deepEqual(files.toSorted(), [
      `v1.0.0/assets/${companion}.provenance.sigstore.json`,
      `v1.0.0/assets/${companion}.sbom-linux-amd64.cdx.json`,
      `v1.0.0/assets/${companion}.sbom-linux-amd64.spdx.json`,
    ]);
    const notes = await readFile(join(project.data, 'releases/v1.0.0/notes.md'), 'utf8');
    assert.ok(notes.includes(`embedded/${companion}@${web.tags['1.0.0'] ?? ''}`), notes);
    const byDigest = `embedded/${companion}@${web.tags['1.0.0'] ?? ''}`;
    const verified = await readJson(['verify', byDigest, '--deep'], await runner(t, project));
    assert.deepEqual([verified['verdict'], verified['version']], ['passed', '1.0.0']);
    const checks = JSON.stringify(verified['checks']);
    for (const name of [
      `image embedded/${companion}`,
      `${companion}.sbom contents linux/amd64`,
      `mirror ${mirror.name}`,
    ])
      assert.ok(checks.includes(`"name":"${name}"`), `${name} in ${checks}`);
    const fromMirror = await mirror.read();
    for (const tag of ['1.0.0', '1.0.0-rc.1', 'latest', '1', '1.0']) assert.equal(fromMirror[tag], web.tags[tag], tag);

    await project.commit({ 'other.txt': 'x\n' });
    await project.tag('1.1.0');
    await succeed(['release', '1.1.0'], await runner(t, project));
    const up = { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' };
    assert.deepEqual([await aliases(project.data), await aliases(project.data, companion)], [up, up]);
    const args = ['withdraw', '1.1.0', '--reason', 'it loses data', '--aliases', 'move', '--push'];
    await succeed(args, await maintainer(project));
    const down = { latest: '1.0.0', '1': '1.0.0', '1.1': '1.1.0', '1.0': '1.0.0' };
    assert.deepEqual([await aliases(project.data), await aliases(project.data, companion)], [down, down]);
    await succeed(['restore', '1.1.0', '--reason', 'it was the disk', '--push'], await maintainer(project));
    assert.deepEqual([await aliases(project.data), await aliases(project.data, companion)], [up, up]);
    assert.deepEqual((await readJson(['reconcile'], await runner(t, project)))['done'], []);
    assert.equal((await mirror.read())['latest'], (await readPublished(project.data, companion)).tags['latest']);
  });

  void test('begins with the first version whose tree has the second image; older lines go on without it', async (t) => {
    const project = await makeProject(t);
    await project.tag('1.0.0');
    await succeed(['release', '1.0.0'], await runner(t, project));
    const before = await readPublished(project.data);
    await addCompanion(project);
    await project.tag('1.1.0');
    await succeed(['release', '1.1.0'], await runner(t, project));
    assert.deepEqual(await aliases(project.data, companion), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0' });

    await project.clone.git('checkout', '-q', '-b', 'hotfix/v1.0.1', 'v1.0.0');
    await project.commit({ 'app.txt': 'mended\n' });
    await project.tag('1.0.1');
    await project.clone.git('checkout', '-q', 'main');
    const hotfix = await runProgram(['release', '1.0.1'], await runner(t, project));
    assert.equal(hotfix.exitCode, 0, hotfix.stderr);
    assert.ok(hotfix.stderr.includes(`v1.0.1 is released without embedded/${companion}`), hotfix.stderr);
    assert.equal((await readStatement(project.data, '1.0.1')).companions, undefined);
    const now = { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.1' };
    assert.deepEqual(await aliases(project.data), now);

    const args = ['withdraw', '1.1.0', '--reason', 'bad', '--aliases', 'move', '--push'];
    await succeed(args, await maintainer(project));
    assert.deepEqual(await aliases(project.data), { ...now, latest: '1.0.1', '1': '1.0.1' });
    // There is no lower version of it to go to.
    assert.deepEqual(await aliases(project.data, companion), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0' });
    assert.deepEqual((await readJson(['reconcile'], await runner(t, project)))['done'], []);
    await succeed(['verify', '1.0.0'], await runner(t, project));
    const rebuilt = await readJson(['verify', '1.1.0', '--rebuild'], await runner(t, project));
    assert.equal(rebuilt['verdict'], 'passed', JSON.stringify(rebuilt['checks']));
    assert.match(JSON.stringify(rebuilt['checks']), /"name":"rebuild of embedded\/tiny-web","is":"passed"/);
    const after = await readPublished(project.data);
    assert.equal(after.tags['1.0.0'], before.tags['1.0.0']);
  });
});

void test('a tag whose tree publishes an image that the protected branch does not name is refused by plan, tag and release', async (t) => {
  const project = await makeTwoImages(t);
  await project.tag('1.0.0');
  await changePolicy(project, (text) => text.replace(companionPolicy, ''));
  const says = /its policy publishes embedded\/tiny-web besides, the protected branch does not/;
  for (const command of ['plan', 'release']) {
    const ended = await runProgram([command, '1.0.0'], await runner(t, project));
    assert.equal(ended.exitCode, command === 'plan' ? 3 : 2, ended.stderr);
    assert.match(`${ended.stdout}${ended.stderr}`.replaceAll(/\s+/g, ' '), says);
  }
  assert.deepEqual((await readPublished(project.data, companion)).tags, {});
});

void test('the scan sees every platform of every image, and a finding in any of them stops the release', async (t) => {
  const trivy = await makeTrivyStandIn(t);
  const project = await makeTwoImages(t);
  await changePolicy(project, (text) => `${text}scan:\n  tool: trivy\n`);
  await project.tag('1.0.0');
  const at = await runner(t, project);
  const ci = { ...at, env: { ...at.env, PATH: `${trivy.folder}${delimiter}${at.env['PATH'] ?? ''}` } };
  await trivy.says({ vulnerabilities: [critical] });
  const refused = await runProgram(['release', '1.0.0'], ci);
  assert.equal(refused.exitCode, 3, refused.stderr);
  assert.match(refused.stderr, /3 findings/);
  for (const image of ['linux/amd64', 'linux/arm64', `${companion} linux/amd64`])
    assert.match(refused.stderr, new RegExp(`^ +${image}: critical: "CVE-2026-1001"`, 'm'));
  await trivy.says({});
  await succeed(['release', '1.0.0'], ci);
  const { companions, documents } = await readStatement(project.data, '1.0.0');
  assert.deepEqual(
    [documents, companions?.[0]?.documents ?? []].map((of) => of.filter(({ role }) => role === 'scan').length),
    [2, 1],
  );
  await succeed(['verify', '1.0.0'], await runner(t, project));
});

const critical = {
  VulnerabilityID: 'CVE-2026-1001',
  PkgName: 'zlib1g',
  PkgIdentifier: { PURL: 'pkg:deb/debian/zlib1g@1.2.13?arch=amd64' },
  InstalledVersion: '1.2.13',
  FixedVersion: '1.2.14',
  Severity: 'CRITICAL',
  SeveritySource: 'nvd',
};

/** No two builds have the same bytes. */
const randomTexts = `[[node, -e, "for (const name of ['app.txt', 'web.txt']) require('node:fs').writeFileSync(name, require('node:crypto').randomUUID())"]]`;

/** Passes only where both images are given, each by its digest. */
const gates = `gates:
  - name: boot
    on: candidate
    command: [node, -e, "const given = [process.env.CANDIDATE_IMAGE, process.env.CANDIDATE_IMAGE_TINY_WEB, ...process.argv.slice(1)]; process.exit(given[0] === given[2] && given[1] === given[3] && given[0] !== given[1] && given.every((one) => one.includes('@sha256:')) ? 0 : 1)", "{image}", "{image:${companion}}"]
`;

async function startMirror(
  scope: Scope,
): Promise<{ readonly name: string; read(): Promise<Readonly<Record<string, string>>> }> {
  const folder = await makeFolder(scope);
  const server = await listenRegistry({ folder });
  const name = { registry: `127.0.0.1:${server.port}`, repository: 'mirror/web' };
  const repository = openRepository(name, { environment: {} });
  scope.after(async () => {
    repository.close();
    await server.close();
  });
  const read = async (): Promise<Readonly<Record<string, string>>> => {
    const tags: Record<string, string> = {};
    for (const tag of await repository.listTags()) tags[tag] = (await repository.resolve(imageTag(tag)))?.digest ?? '';
    return tags;
  };
  return { name: `${name.registry}/${name.repository}`, read };
}
