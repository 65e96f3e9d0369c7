import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { tinyProgram } from '../make/tiny-program.ts';

const native = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

test('a released program is started and has to say the version it is released as, also when it is verified', async (t) => {
  const project = await makeProject(t);
  await changePolicy(project, (text) =>
    text
      .replace('prepare: []', `prepare: [[node, -e, "${decode}"]]`)
      .replace('- from: app.txt', '- {from: "app-{arch}", to: /app, mode: "0755"}\n          - from: app.txt')
      .concat('binaries:\n  - {name: "app-{machine}", path: /app, static: true, versionArgs: [--version]}\n'),
  );
  await project.commit(programs('tiny 1.0.0\n'));
  await project.tag('1.0.0');
  const ci = await runner(t, project);
  const released = await runProgram(['release', '1.0.0'], ci);
  equal(released.exitCode, 0, released.stderr);
  match(released.stderr, new RegExp(`app-${native} says 1\\.0\\.0 \\(by ${native}\\)`));
  const ada = await maintainer(project);
  const verified = await runProgram(['verify', '1.0.0', '--start'], ada);
  match(verified.stdout, new RegExp(`start app-${native}\\s+it says 1\\.0\\.0`));
  // The other machine's program needs an emulator: without one nobody could look, and that is said.
  equal(verified.exitCode, /not-started|was not started/.test(verified.stdout) ? 6 : 0, verified.stdout);
  equal((await succeed(['verify', '1.0.0'], ada)).includes('start app'), false);

  await project.tag('1.1.0');
  const refused = await runProgram(['release', '1.1.0'], ci);
  equal(refused.exitCode, 1, refused.stderr);
  match(refused.stderr, /Cannot release "app-\w+": it does not say 1\.1\.0 but "tiny 1\.0\.0" \(by /);
});

const decode =
  "for (const a of ['amd64', 'arm64']) fs.writeFileSync('app-' + a, Buffer.from(fs.readFileSync(a + '.b64', 'utf8'), 'base64'))";

function programs(says: string): Readonly<Record<string, string>> {
  const base64 = (machine: 'x86_64' | 'aarch64'): string =>
    Buffer.from(tinyProgram(machine, { says })).toString('base64');
  return { 'amd64.b64': base64('x86_64'), 'arm64.b64': base64('aarch64') };
}
