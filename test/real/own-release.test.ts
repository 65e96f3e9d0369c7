import assert from 'node:assert/strict';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { runProgram } from '../make/program.ts';
import { aliases, readPublished } from '../make/published.ts';
import { debianMirrors } from '../../tools/build-image-root.ts';
import { repositoryRoot } from '../../tools/run-check.ts';
import { notRun } from './peers.ts';
import type { OwnProject } from './own-project.ts';
import { makeOwnProject } from './own-project.ts';

const assets = ['cutwater-x86_64-linux', 'cutwater-aarch64-linux'];
const own = process.arch === 'arm64' ? 'cutwater-aarch64-linux' : 'cutwater-x86_64-linux';

const claim =
  'Cutwater goes through its own process: a candidate that says its version, its promotion, and what an operator checks';

// Of all this only the keys, the registry, the forge, the scanner and the gate that would run these very tests stand in.
if ((await debianMirrors(repositoryRoot)).length > 0) test(claim, wholeProcess);
else notRun(claim, 'no Debian mirror is known here, neither to apt nor by image/debian.sources');

async function wholeProcess(t: TestContext): Promise<void> {
  const project = await makeOwnProject(t);
  const { cutwater, maintainer, github } = project;
  const version = '0.7.1';
  const unprepared = await runProgram(['tag', `${version}-rc.1`, '--push'], maintainer);
  assert.equal(unprepared.exitCode, 3, 'what is tagged says what it is');
  assert.match(unprepared.stderr, /package\.json/);

  await cutwater(['prepare', `${version}-rc.1`, '--push'], maintainer);
  await cutwater(['tag', `${version}-rc.1`, '--push'], maintainer);
  await project.pushed(`v${version}-rc.1`);
  await cutwater(['release', `${version}-rc.1`], await project.runner());
  assert.deepEqual(await aliases(project.data, 'cutwater'), {}, 'a candidate moves no alias');
  await startedInTheImage(project, version);

  const notes = ['--breaking', 'none', '--env', 'none', '--migrations', 'none', '--way-back', 'binary'];
  await cutwater(['prepare', version, ...notes, '--push'], maintainer);
  const untried = await runProgram(['promote', `${version}-rc.1`, '--push'], maintainer);
  assert.match(untried.stderr, /trial/, 'nobody has tried it yet');
  await cutwater(['evidence', 'add', 'trial', `${version}-rc.1`, '--result', 'pass', '--push'], maintainer);
  await cutwater(['promote', `${version}-rc.1`, '--push'], maintainer);
  await project.pushed(`v${version}`);
  await cutwater(['release', version], await project.runner());
  const { tags } = await readPublished(project.data, 'cutwater');
  assert.equal(tags[version], tags[`${version}-rc.1`], 'what was tried is what is released');
  for (const alias of ['latest', '0', '0.7']) assert.equal(tags[alias], tags[version], alias);

  const verdict = await cutwater(['verify', version, '--deep'], await project.outsider());
  const rebuilt = await cutwater(['verify', version, '--rebuild'], await project.runner());
  assert.match(rebuilt, /rebuild +built again from \w{12} by assemble: the same image,/);
  for (const name of assets) assert.match(verdict, new RegExp(`${name} +the same bytes as /usr/local/bin/cutwater`));
  const release = github.releases.find(({ tag }) => tag === `v${version}`);
  assert.deepEqual([release?.isDraft, release?.isPrerelease, github.latest], [false, false, release?.id]);
  assert.deepEqual(github.violations, []);
  const file = (name: string): Buffer =>
    release?.assets.find((asset) => asset.name === name)?.bytes ?? assert.fail(name);
  await readBack(t, { version, file });
}

/** What the gate saw of the candidate, from its log: the programs of the image, as its user, with its libraries. */
async function startedInTheImage({ data }: OwnProject, version: string): Promise<void> {
  const logs = join(data, 'logs');
  const name = (await readdir(logs)).find((one) => one.startsWith('gate-image-starts-')) ?? assert.fail('no log');
  const log = await readFile(join(logs, name), 'utf8');
  const escaped = version.replaceAll('.', String.raw`\.`);
  const how = process.getuid?.() === 0 ? 'as user 65532:65532' : 'by the loader of the image';
  const native = process.arch === 'arm64' ? 'arm64' : 'amd64';
  assert.match(log, new RegExp(`linux/${native}: /usr/local/bin/cutwater --version says ${escaped} \\(${how}\\)`));
  assert.match(log, new RegExp(`linux/${native}: /usr/bin/git --version says git version 2`));
  const foreign = native === 'amd64' ? 'arm64' : 'amd64';
  assert.match(log, new RegExp(`linux/${foreign}: (?:/usr/local/bin/cutwater --version says ${escaped}|not started)`));
}

/** What somebody has who downloads the files: a program that says its version, by the sums beside it, and its parts. */
async function readBack(
  scope: Scope,
  { version, file }: { readonly version: string; readonly file: (name: string) => Buffer },
): Promise<void> {
  const sums = file('SHA256SUMS').toString();
  for (const name of assets)
    assert.ok(sums.includes(`${digestOf(file(name)).slice('sha256:'.length)}  ${name}\n`), `${name}: ${sums}`);
  const program = join(await makeFolder(scope), own);
  await writeFile(program, file(own));
  await chmod(program, 0o755);
  const said = await runTool({ command: program, args: ['--version'], env: { PATH: '' } });
  assert.equal(Buffer.from(said.stdout).toString(), `${version}\n`, said.stderr);
}
