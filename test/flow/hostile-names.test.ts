import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { objectId } from '../../src/domain/object-id.ts';
import { maintainer, runner } from '../make/actors.ts';
import { cloneRepository } from '../make/git-repository.ts';
import { makeProject } from '../make/project.ts';
import type { RunAt } from '../make/program.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { readPublished } from '../make/published.ts';

const names = [
  'v1;touch${IFS}pwned',
  'v1$(id>pwned)',
  'v1`id`',
  'v1|tee${IFS}pwned',
  '<script>alert(1)</script>',
  'v1.0.0\u202e0.9v',
  'v1.0.0\u009b2J',
  'v1.0.0\u2028error',
  'v1.0.0\ufeff',
  '--upload-pack=touch${IFS}pwned',
  '-x',
  `v1.${'9'.repeat(240)}`,
  'withdrawn/v1.0.0/0',
  'withdrawn/v1.0.0/1;id',
  'checkpoint/-1',
  'v1.0.0-rc.1\u00ad',
  'vünï',
  '%00%0a',
];

/** Names that git itself does not allow, as files that a hostile server or a broken tool leaves behind. */
const impossible = ['v1.0.0\u001b[31m', 'v1.0.0\u0007', 'v1.0.0 ~', 'x'.repeat(250)];

void test('tags with hostile names are told, escaped and with the reason, and nothing stops or runs because of them', async (t) => {
  const project = await makeProject(t);
  const head = await project.clone.git('rev-parse', 'HEAD');
  for (const name of names) await project.origin.pointTag(name, await objectOf(head));
  // Longer than a file name may be: servers that keep references in another way can have it.
  const long = 'v'.repeat(300);
  await writeFile(join(project.origin.folder, 'packed-refs'), `${head} refs/tags/${long}\n`);
  await project.tag('1.0.0');
  const at = await runner(t, project);
  await succeed(['release', '1.0.0'], at);
  const before = await readPublished(project.data);
  assert.deepEqual(
    Object.keys(before.tags)
      .filter((tag) => !/^(?:candidate|sha|statement)-/.test(tag))
      .toSorted(),
    ['1', '1.0', '1.0.0', 'latest'],
  );

  const status = await readJson(['status'], at);
  const refused = listOf(status['refusedTags']);
  for (const name of [...names, long]) {
    const found = refused.find(({ tag }) => tag === name);
    assert.ok(found, `status does not name ${JSON.stringify(name)}`);
    assert.match(String(found['reason']), /\w/, name);
  }
  const audit = await readJson(['audit'], at);
  const problems = listOf(audit['problems']).map(({ tag }) => tag);
  for (const name of names) assert.ok(problems.includes(name), `audit does not name ${JSON.stringify(name)}`);

  const shown = await succeed(['status'], at);
  assert.match(shown, /v1\.0\.0\\u\{202e\}0\.9v: it /);
  assert.match(shown, /v1;touch\$\{IFS\}pwned: it /);
  for (const args of [
    ['audit'],
    ['plan', '--json'],
    ['plan', '1.0.0'],
    ['plan', '1.1.0', '--json'],
    ['reconcile'],
    ['verify', '1.0.0'],
  ]) {
    const { exitCode, stderr } = await runProgram(args, at);
    assert.equal(exitCode, 0, `${args.join(' ')}: ${stderr}`);
  }
  const doctor = await runProgram(['doctor'], await maintainer(project));
  assert.match(doctor.stdout, /ok +tags .*1 of this project, 18 that do not count/);
  await runProgram(['doctor', '--json'], at);
  assert.deepEqual(await readPublished(project.data), before);
  for (const folder of [at.folder, project.clone.folder])
    assert.deepEqual((await readdir(folder)).toSorted(), [
      '.cutwater',
      '.git',
      'CHANGELOG.md',
      'app.txt',
      'cutwater.yaml',
    ]);

  async function objectOf(id: string): Promise<Parameters<typeof project.origin.pointTag>[1]> {
    const [object] = (await project.origin.git('rev-parse', id)).split('\n');
    return project.origin.writeObject('tag', `object ${object ?? ''}\ntype commit\ntag x\ntagger A <a> 1 +0000\n\nx\n`);
  }
});

void test('hostile names are as harmless where a person types them', async (t) => {
  const project = await makeProject(t);
  const at = await maintainer(project);
  const uses: readonly ((name: string) => readonly string[])[] = [
    (name) => ['release', '--', name],
    (name) => ['plan', '--', name],
    (name) => ['verify', '--json', '--', name],
    (name) => ['withdraw', '--reason', 'x', '--aliases', 'move', '--', name],
    (name) => ['withdraw', '9.9.9', '--reason', name, '--aliases', 'move'],
    (name) => ['status', '--repo', name],
  ];
  for (const [index, use] of uses.entries())
    for (const name of [...names, ...impossible].filter((_, at) => at % uses.length === index).slice(0, 3)) {
      const { exitCode, stdout, stderr } = await runProgram(use(name), at);
      assert.ok([2, 3].includes(exitCode), `${use(name).join(' ')}: ${exitCode} ${stderr}`);
      assert.match(`${stdout}${stderr}`, /Cannot /);
    }
  assert.ok(!(await readdir(project.clone.folder)).includes('pwned'));
});

void test('references that git does not allow do not stop a look at the others', async (t) => {
  const project = await makeProject(t);
  await project.tag('1.0.0');
  const at = await runner(t, project);
  await succeed(['release', '1.0.0'], at);
  const broken = await cloneRepository(t, project.origin);
  const tag = await broken.git('rev-parse', 'refs/tags/v1.0.0');
  for (const name of impossible) await broken.pointTag(name, objectId(tag));
  const here: RunAt = { ...at, folder: broken.folder };
  for (const args of [['status'], ['audit'], ['plan'], ['plan', '1.0.0', '--json'], ['status', '--json']]) {
    const { exitCode, stderr } = await runProgram(args, here);
    assert.equal(exitCode, 0, `${args.join(' ')}: ${stderr}`);
  }
  // Git itself does not fetch into such a clone; that is said, and not taken for a remote without tags.
  const { exitCode, stderr } = await runProgram(['release', '1.0.0'], here);
  assert.equal(exitCode, 6, stderr);
  assert.match(stderr, /^error: Cannot fetch from "origin": [\s\S]*\nnext: /m);
});

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  assert.ok(Array.isArray(value));
  return value;
}
