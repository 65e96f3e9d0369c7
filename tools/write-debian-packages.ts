// Writes image/debian-packages.json: the packages of the image in the newest versions that this machine's Debian mirror has.
// Run it to take security updates, look at the difference, and commit it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyEnvironment, runTool } from '../src/adapters/process/run-tool.ts';
import { debianMirror, readAptSources } from './apt-source.ts';
import type { DebianArchitecture, DebianPackage } from './debian-package.ts';
import { debianArchitectures, packagesFile, parseListedPackages, withAllTheyNeed } from './debian-package.ts';
import { repositoryRoot } from './run-check.ts';

/** What the program starts at run time, and what Node.js itself is linked with. */
const wanted = ['base-files', 'ca-certificates', 'dash', 'git', 'gpg', 'libstdc++6'];

/** What these packages name for what is not done in the image: scripts, configuration, manual pages, questions. */
const leftOut = new Set([
  'awk',
  'debconf',
  'debianutils',
  'dpkg',
  'git-man',
  'gpgconf',
  'liberror-perl',
  'openssl',
  'perl',
  'readline-common',
]);

async function newestPackages(architecture: DebianArchitecture, folder: string): Promise<readonly DebianPackage[]> {
  for (const path of ['lists/partial', 'cache/archives/partial']) await mkdir(join(folder, path), { recursive: true });
  const settings = [
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    'APT::Sandbox::User=',
    'Acquire::Languages=none',
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  await must('apt-get', [...options, 'update', '-q']);
  return withAllTheyNeed(wanted, leftOut, async (names) =>
    parseListedPackages(await must('apt-cache', [...options, 'show', '--no-all-versions', '--', ...names])),
  );
}

async function must(command: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runTool({ command, args, env: emptyEnvironment() });
  if (exitCode !== 0) throw new Error(`${command} ends with ${exitCode}: ${stderr}`);
  return Buffer.from(stdout).toString('utf8');
}

const mirror = debianMirror(await readAptSources());
if (mirror === undefined) throw new Error('This machine has no Debian mirror');
const folder = await mkdtemp(join(tmpdir(), 'cutwater-packages-'));
try {
  const lists: (readonly DebianPackage[])[] = [];
  for (const architecture of debianArchitectures)
    lists.push(await newestPackages(architecture, join(folder, architecture)));
  const each = new Map(lists.flat().map((one) => [`${one.name} ${one.architecture}`, one]));
  const packages = [...each.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
  const text = JSON.stringify({ release: mirror.suite, packages }, null, 2);
  await writeFile(join(repositoryRoot, packagesFile), `${text}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
