import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';

test('verify --rebuild finds the embedded builder exact, names the file of a build that is not, and changes nothing that is published', async (t) => {
  const project = await makeProject(t);
  await project.tag('1.0.0-rc.1');
  const ci = await runner(t, project);
  const ada = await maintainer(project);
  await succeed(['release', '1.0.0-rc.1'], ci);
  await project.commit({ 'CHANGELOG.md': `${await project.clone.git('show', 'HEAD:CHANGELOG.md')}\n` });
  await project.tag('1.0.0');
  await succeed(['release', '1.0.0'], ci);
  const digits = "fs.writeFileSync('app.txt', String(process.hrtime.bigint()))";
  await changePolicy(project, (text) => text.replace('prepare: []', `prepare: [[node, -e, "${digits}"]]`));
  await project.tag('1.1.0');
  await succeed(['release', '1.1.0'], ci);
  const before = await readPublished(project.data);

  const same = await runProgram(['verify', '1.0.0', '--rebuild'], ada);
  equal(same.exitCode, 0, same.stdout);
  match(same.stdout, /ok +rebuild +built again from [0-9a-f]{12} by assemble: the same image,\s+sha256:[0-9a-f]{64}/);

  const other = await runProgram(['verify', '1.1.0', '--rebuild'], ada);
  equal(other.exitCode, 3, other.stdout);
  match(other.stdout, /differs +rebuild linux\/amd64/);
  match(other.stdout, /nothing found is wrong, but built again it is something else/);
  const { checks, verdict } = await readJson(['verify', '1.1.0', '--rebuild'], ada);
  equal(verdict, 'differs');
  const lines = Object(checks).flatMap(({ is, says }: Record<string, string>) => (is === 'differs' ? [says] : []));
  equal(lines.length, 2);
  for (const line of lines)
    match(
      line,
      /by assemble: layer 1: "app\.txt" has other bytes \(sha256:[0-9a-f]{12}, sha256:[0-9a-f]{12} was released\)$/,
    );
  deepEqual(await readPublished(project.data), before);
  equal((await succeed(['verify', '1.1.0'], ada)).includes('rebuild'), false);
});
