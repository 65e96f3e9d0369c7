import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import { hexOf } from '../../src/domain/digest.ts';
import type { Packing, TarImage } from '../fixtures/tar-image.ts';
import { writeTarImage } from '../fixtures/tar-image.ts';
import type { Task } from '../measure.ts';
import { measureInTurn, measureRun } from '../measure.ts';
import { startRegistry } from '../registry.ts';
import type { Result } from '../result.ts';
import { againstLimit } from '../result.ts';
import type { Stage } from '../stage.ts';
import { node } from './start-up.ts';

const packings: readonly Packing[] = ['tar', 'tar+gzip'];

/** Taking one program out of a large image of a registry, and hashing every file of it, against skopeo, tar and sha256sum. */
export async function measureExtraction(stage: Stage): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const packing of packings) {
    const layout = join(stage.folder, 'archive');
    const image = await writeTarImage(layout, { layers: 4, bytes: stage.imageBytes, packing });
    const registry = await startRegistry(stage);
    try {
      const name = `${registry.host}/team/archive`;
      await node([stage.child('push-image'), layout, name, 'one']);
      await rm(layout, { recursive: true });
      const size = `${Math.round(stage.imageBytes / 1024 ** 2)} MiB of ${packing}`;
      results.push(
        ...(await race(stage, { image, name, measure: `one program out of ${size}`, path: `/${image.program}` })),
        ...(await race(stage, { image, name, measure: `every file of ${size} hashed`, path: undefined })),
      );
    } finally {
      await registry.close();
    }
  }
  return results;
}

interface Race {
  readonly image: TarImage;
  readonly name: string;
  readonly measure: string;
  /** The one file; undefined for all of them. */
  readonly path: string | undefined;
}

const limit = 200;

async function race(stage: Stage, { image, name, measure, path }: Race): Promise<readonly Result[]> {
  const { skopeo } = stage.peers;
  if (skopeo.is === 'missing') return [{ is: 'not-measured', measure, why: skopeo.why }];
  const words = ['-c', path === undefined ? hashAll : hashOne, 'sh', skopeo.path, name];
  const blobs = image.layers.map(hexOf);
  const medians = await measureInTurn(
    {
      ours: inFolder(stage, (folder) =>
        node([stage.child('read-image'), name, 'one', folder, ...(path === undefined ? [] : [path])]),
      ),
      theirs: inFolder(stage, (folder) =>
        measureRun({
          command: 'sh',
          args: [...words, folder, image.program, ...blobs],
          env: { ...emptyEnvironment(), HOME: stage.folder },
        }),
      ),
    },
    { rounds: stage.rounds },
  );
  const peer = { name: 'skopeo copy, tar, sha256sum', value: medians('theirs').wall };
  return [
    { is: 'measured', measure, unit: 'ms', ours: medians('ours').wall, peer, budget: 1 },
    againstLimit(`${measure}, memory`, { ours: medians('ours').memory, limit, unit: 'MB' }),
  ];
}

/** Both sides begin with an empty folder each time. */
function inFolder(stage: Stage, run: (folder: string) => ReturnType<Task>): Task {
  return async () => {
    const folder = join(stage.folder, 'extracted');
    await mkdir(folder);
    try {
      return await run(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
}

/** `SKOPEO IMAGE FOLDER PROGRAM LAYER...`: a person's way to look into an image. */
const unpack = `set -e
"$1" copy --quiet --preserve-digests --src-tls-verify=false "docker://$2:one" "dir:$3/image"
folder=$3 program=$4
shift 4
mkdir "$folder/root"
for layer; do tar -xf "$folder/image/$layer" -C "$folder/root"; done
`;
const hashOne = `${unpack}sha256sum -- "$folder/root/$program"\n`;
const hashAll = `${unpack}find "$folder/root" -type f -exec sha256sum -- {} +\n`;
