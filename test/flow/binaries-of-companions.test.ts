import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { runProgram, succeed } from '../make/program.ts';
import { readStatement } from '../make/stated.ts';
import { tinyProgram } from '../make/tiny-program.ts';
import { companion, makeTwoImages } from '../make/two-images.ts';

const decode = "fs.writeFileSync('tool', Buffer.from(fs.readFileSync('tool.b64', 'utf8'), 'base64'))";

void test('a binary comes out of the companion that the policy names, from candidate to verification', async (t) => {
  const project = await makeTwoImages(t);
  const program = tinyProgram('x86_64', { says: 'web 1.0.0\n' });
  await changePolicy(
    project,
    (text) =>
      text
        .replace(
          '        prepare: []\n        files:\n          - from: web.txt',
          `        prepare: [[node, -e, "${decode}"]]\n        files:\n          - {from: tool, to: /tool, mode: "0755"}\n          - from: web.txt`,
        )
        .concat(`binaries:\n  - {name: "web-{machine}", image: ${companion}, path: /tool, static: true}\n`),
    { 'tool.b64': Buffer.from(program).toString('base64') },
  );
  const ada = await maintainer(project);
  assert.match(await succeed(['plan', '1.0.0-rc.1'], ada), /web-x86_64/);
  await project.tag('1.0.0-rc.1');
  await succeed(['release', '1.0.0-rc.1'], await runner(t, project));
  await project.tag('1.0.0');
  const ci = await runner(t, project);
  await succeed(['release', '1.0.0'], ci);
  const asset = join(project.data, 'releases', 'v1.0.0', 'assets', 'web-x86_64');
  assert.deepEqual(new Uint8Array(await readFile(asset)), Uint8Array.from(program));
  const stated = await readStatement(project.data, '1.0.0');
  assert.deepEqual(
    stated.binaries.map(({ name, image, platform, path }) => ({ name, image, platform, path })),
    [{ name: 'web-x86_64', image: `embedded/${companion}`, platform: 'linux/amd64', path: '/tool' }],
    'for the platforms of that image alone',
  );
  const notes = await readFile(join(project.data, 'releases', 'v1.0.0', 'notes.md'), 'utf8');
  assert.match(notes, new RegExp(`\\| \`web-x86_64\` \\| \`embedded/${companion}\` \\| linux/amd64 \\|`));

  const verified = await runProgram(['verify', '1.0.0', '--deep', '--rebuild'], ada);
  assert.equal(verified.exitCode, 0, verified.stdout + verified.stderr);
  assert.match(
    verified.stdout,
    new RegExp(`the same bytes as /tool in the linux/amd64 image of embedded/${companion}`),
  );
  await writeFile(asset, Buffer.concat([program, Buffer.from('x')]));
  const changed = await runProgram(['verify', '1.0.0'], ada);
  assert.equal(changed.exitCode, 3);

  await changePolicy(project, (text) => text.replace('path: /tool,', 'path: /none,'));
  await project.tag('1.1.0');
  const refused = await runProgram(['release', '1.1.0'], ci);
  assert.match(refused.stderr, /Cannot take "\/none" out of the linux\/amd64 image: there is no such file/);
  assert.equal(refused.exitCode, 1);
});
