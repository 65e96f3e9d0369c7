// The gate "image-starts": node tools/try-image.ts HOST/NAME@sha256:... pulls every platform of an image and starts the
// program there, with the libraries, git and gpg of the image alone. It needs no packages, only Node.js and tar.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolResult } from '../src/adapters/process/run-tool.ts';
import { emptyEnvironment, runTool } from '../src/adapters/process/run-tool.ts';
import { readElf } from '../src/domain/elf.ts';
import { isCutwaterError } from '../src/domain/error.ts';
import type { PulledPlatform } from './pull-image.ts';
import { pullImage } from './pull-image.ts';
import { repositoryRoot, runCheck } from './run-check.ts';

const program = '/usr/local/bin/cutwater';
const user = '65532:65532';

interface Machine {
  /** As an ELF file says it. */
  readonly machine: string;
  /** As Node.js says it. */
  readonly own: string;
  readonly loader: string;
  readonly libraries: readonly string[];
}

const machines: ReadonlyMap<string, Machine> = new Map([
  [
    'amd64',
    {
      machine: 'x86_64',
      own: 'x64',
      loader: 'lib64/ld-linux-x86-64.so.2',
      libraries: ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'],
    },
  ],
  [
    'arm64',
    {
      machine: 'aarch64',
      own: 'arm64',
      loader: 'lib/ld-linux-aarch64.so.1',
      libraries: ['lib/aarch64-linux-gnu', 'usr/lib/aarch64-linux-gnu'],
    },
  ],
]);

export interface Trial {
  /** What the program has to say: `1.2.3`. */
  readonly version: string;
  readonly tell: (line: string) => void;
}

/** Pulls and starts an image; returns the problems, and tells what it saw. */
export async function tryImage(name: string, trial: Trial): Promise<readonly string[]> {
  const work = await mkdtemp(join(tmpdir(), 'cutwater-try-'));
  try {
    const platforms = await pullImage(name, work);
    const problems = [...machines.keys()]
      .filter((wanted) => !platforms.some(({ architecture }) => architecture === wanted))
      .map((missing) => `linux/${missing}: the image has none for it`);
    for (const platform of platforms)
      for (const problem of await tryPlatform(platform, trial))
        problems.push(`linux/${platform.architecture}: ${problem}`);
    return problems;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function tryPlatform(platform: PulledPlatform, { version, tell }: Trial): Promise<readonly string[]> {
  const { architecture, root, config } = platform;
  const machine = machines.get(architecture);
  if (machine === undefined) return ['this program knows no such machine'];
  const problems = [...judgeConfig(config), ...(await judgeMachine(root, machine))];
  const starter = await starterFor(root, machine);
  for (const { argv, says } of questions(version, starter)) {
    const answer = await starter.run(argv);
    if (answer === undefined) {
      tell(`linux/${architecture}: not started, since there is no ${starter.how}`);
      return problems;
    }
    const text = Buffer.from(answer.stdout).toString('utf8');
    if (answer.exitCode === 0 && says.test(text))
      tell(`linux/${architecture}: ${argv.join(' ')} says ${text.trim().split('\n')[0] ?? ''} (${starter.how})`);
    else problems.push(`${argv.join(' ')} ends with ${answer.exitCode}: ${JSON.stringify(text + answer.stderr)}`);
  }
  return problems;
}

/** What is started, and what it has to say. Only inside the image does the program find the image's git. */
function questions(
  version: string,
  { isInside }: Starter,
): readonly { readonly argv: readonly [string, ...(readonly string[])]; readonly says: RegExp }[] {
  return [
    { argv: [program, '--version'], says: new RegExp(`^${version.replaceAll('.', String.raw`\.`)}\n$`) },
    { argv: ['/usr/bin/git', '--version'], says: /^git version 2\./ },
    { argv: ['/usr/bin/gpg', '--version'], says: /^gpg \(GnuPG\) 2\./ },
    ...(isInside
      ? ([
          { argv: ['/usr/bin/git', 'init', '--quiet', '/tmp/repository'], says: /^$/ },
          { argv: [program, 'audit', '--repo', '/tmp/repository'], says: /There is no tag to audit/ },
        ] as const)
      : []),
  ];
}

/** A name would be looked up in the image's own list of users, which Kubernetes does not read: it wants a number. */
function judgeConfig(config: PulledPlatform['config']): readonly string[] {
  const entrypoint = JSON.stringify(config['Entrypoint']);
  return [
    ...(config['User'] === user ? [] : [`runs as ${JSON.stringify(config['User'])}, ${user} is wanted`]),
    ...(entrypoint === JSON.stringify([program]) ? [] : [`starts ${entrypoint}, ${program} is wanted`]),
  ];
}

async function judgeMachine(root: string, { machine }: Machine): Promise<readonly string[]> {
  // Whole: what was put into the program after it was linked has moved its headers behind.
  const elf = readElf(await readFile(join(root, program)));
  const found = elf.is === 'ok' ? elf.value.machine : `something that ${elf.reason}`;
  return found === machine ? [] : [`${program} is for ${found}, ${machine} is wanted`];
}

interface Starter {
  readonly how: string;
  /** Whether the programs see the image and nothing else. */
  readonly isInside: boolean;
  /** Undefined where that cannot be done on this machine. */
  run(argv: readonly [string, ...(readonly string[])]): Promise<ToolResult | undefined>;
}

/** Root can go into the image and become its user there; anybody else starts its loader; other machines are emulated. */
async function starterFor(root: string, { own, machine, loader, libraries }: Machine): Promise<Starter> {
  if (process.arch !== own)
    return {
      how: `qemu-${machine}`,
      isInside: false,
      run: ([path, ...args]) => start(`qemu-${machine}`, ['-L', root, join(root, path), ...args]),
    };
  if (process.getuid?.() === 0) {
    await openRoot(root);
    const args = [`--userspec=${user}`, '--', root];
    return { how: `as user ${user}`, isInside: true, run: (argv) => start('chroot', [...args, ...argv]) };
  }
  const paths = libraries.map((path) => join(root, path)).join(':');
  return {
    how: 'by the loader of the image',
    isInside: false,
    run: ([path, ...args]) => start(join(root, loader), ['--library-path', paths, join(root, path), ...args]),
  };
}

async function start(command: string, args: readonly string[]): Promise<ToolResult | undefined> {
  // chroot itself is looked for on this path too.
  const env = { ...emptyEnvironment(), HOME: '/tmp' };
  try {
    return await runTool({ command, args, env, timeoutSeconds: 120 });
  } catch (error) {
    if (isCutwaterError(error, 'TOOL_MISSING')) return undefined;
    throw error;
  }
}

/** What a container engine would see to: that others may enter, and a /dev/null, here a plain file. */
async function openRoot(root: string): Promise<void> {
  await chmod(root, 0o755);
  await mkdir(join(root, 'dev'));
  await writeFile(join(root, 'dev/null'), '');
  await chmod(join(root, 'dev/null'), 0o666);
}

if (import.meta.main) {
  const manifest: { version: string } = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  const { version } = manifest;
  await runCheck(() => tryImage(process.argv[2] ?? '', { version, tell: (line) => console.log(line) }));
}
