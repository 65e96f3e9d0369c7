import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { writeNoise } from '../fixtures/noise-tree.ts';
import { measureInTurn, measureRun } from '../measure.ts';
import type { Result } from '../result.ts';
import { againstLimit } from '../result.ts';
import type { Stage } from '../stage.ts';
import { node } from './start-up.ts';

const limit = 200;
const files = 64;

/** The same files into an image on nothing, from a folder to an OCI layout with uncompressed layers, against buildah. */
export async function measureBuilders(stage: Stage): Promise<readonly Result[]> {
  const measure = `${Math.round(stage.imageBytes / 1024 ** 2)} MiB in ${files} files to an image`;
  const { buildah } = stage.peers;
  if (buildah.is === 'missing') return [{ is: 'not-measured', measure, why: buildah.why }];
  const source = join(stage.folder, 'source');
  const names = await writeNoise(source, { files, bytes: stage.imageBytes, seed: 'source' });
  const dockerfile = join(stage.folder, 'Dockerfile');
  await writeFile(dockerfile, 'FROM scratch\nCOPY . /srv/\n');
  const store = await openStore(stage, buildah.path);
  const medians = await measureInTurn(
    {
      ours: () => inFolder(stage, (layout) => node([stage.child('assemble-image'), source, layout, ...names])),
      theirs: () =>
        inFolder(stage, (layout) =>
          measureRun({
            command: 'sh',
            args: ['-c', buildAndPush, 'sh', buildah.path, store.driver, store.folder, dockerfile, source, layout],
            env: { ...emptyEnvironment(), HOME: stage.folder },
          }),
        ),
    },
    { rounds: stage.rounds },
  );
  await rm(source, { recursive: true });
  await rm(store.folder, { recursive: true, force: true });
  const peer = { name: `buildah bud, push (${store.driver})`, value: medians('theirs').wall };
  return [
    { is: 'measured', measure, unit: 'ms', ours: medians('ours').wall, peer, budget: 1 },
    againstLimit(`${measure}, memory`, { ours: medians('ours').memory, limit, unit: 'MB' }),
  ];
}

/** `BUILDAH DRIVER STORE DOCKERFILE SOURCE LAYOUT`. Its storage is empty again afterwards, as it was before. */
const buildAndPush = `set -e
program=$1 driver=$2 store=$3
own() { "$program" --storage-driver "$driver" --root "$store/root" --runroot "$store/run" "$@"; }
own bud --isolation chroot --quiet --no-cache --timestamp 1700000000 --tag bench -f "$4" "$5" > /dev/null
own push --quiet --disable-compression bench "oci:$6:bench"
own rmi bench > /dev/null
`;

/** The quickest driver that works here: overlay needs a file system that it can be laid over. */
async function openStore(
  stage: Stage,
  buildah: string,
): Promise<{ readonly driver: 'overlay' | 'vfs'; readonly folder: string }> {
  for (const driver of ['overlay', 'vfs'] as const) {
    const folder = join(stage.folder, `store-${driver}`);
    await mkdir(folder);
    const own = ['--storage-driver', driver, '--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
    const env = { ...emptyEnvironment(), HOME: stage.folder };
    if ((await runTool({ command: buildah, args: [...own, 'images'], env })).exitCode === 0) return { driver, folder };
  }
  throw new Error('buildah can store images neither with overlay nor with vfs here');
}

async function inFolder<Value>(stage: Stage, run: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = join(stage.folder, 'built');
  await mkdir(folder);
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
