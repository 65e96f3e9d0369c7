import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import { writeImageLayout } from '../fixtures/image-layout.ts';
import type { Medians, Usage } from '../measure.ts';
import { measureInTurn, measureRun } from '../measure.ts';
import type { BenchRegistry } from '../registry.ts';
import { startRegistry } from '../registry.ts';
import type { Result } from '../result.ts';
import { againstLimit } from '../result.ts';
import type { Stage } from '../stage.ts';
import { node } from './start-up.ts';

/** A large image from a layout to a registry and from there to another one, and the memory a layer of twice the size takes. */
export async function measureLargeImage(stage: Stage): Promise<readonly Result[]> {
  const layout = join(stage.folder, 'large');
  await writeImageLayout(layout, { platforms: 1, layers: 4, bytes: stage.imageBytes, seed: 'large' });
  const results = [...(await raceUpload(stage, layout)), ...(await raceCopy(stage, layout))];
  await rm(layout, { recursive: true });
  return [...results, await measureMemory(stage)];
}

const size = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

/** Each run has an empty registry: one that has the layers already would be sent nothing. */
async function raceUpload(stage: Stage, layout: string): Promise<readonly Result[]> {
  const measure = `${size(stage.imageBytes)} from a layout to a registry`;
  const { skopeo } = stage.peers;
  if (skopeo.is === 'missing') return [{ is: 'not-measured', measure, why: skopeo.why }];
  const upload = (run: (image: string) => Promise<Usage>) => () =>
    withRegistry(stage, (registry) => run(`${registry.host}/team/large`));
  const medians = await measureInTurn(
    {
      ours: upload((image) => node([stage.child('push-image'), layout, image, 'one'])),
      theirs: upload((image) => skopeoCopy(stage, [`oci:${layout}`, `docker://${image}:one`])),
    },
    { rounds: stage.rounds, warmUp: 1 },
  );
  return compare(measure, medians);
}

async function raceCopy(stage: Stage, layout: string): Promise<readonly Result[]> {
  const measure = `${size(stage.imageBytes)} between two registries`;
  const { skopeo } = stage.peers;
  if (skopeo.is === 'missing') return [{ is: 'not-measured', measure, why: skopeo.why }];
  return withRegistry(stage, async (source) => {
    const from = `${source.host}/team/large`;
    await node([stage.child('push-image'), layout, from, 'one']);
    const copy = (run: (image: string) => Promise<Usage>) => () =>
      withRegistry(stage, (target) => run(`${target.host}/team/large`));
    const medians = await measureInTurn(
      {
        ours: copy((to) => node([stage.child('copy-image'), from, to, 'one'])),
        theirs: copy((to) => skopeoCopy(stage, [`docker://${from}:one`, `docker://${to}:one`])),
      },
      { rounds: stage.rounds, warmUp: 1 },
    );
    return compare(measure, medians);
  });
}

function compare(measure: string, medians: Medians): readonly Result[] {
  const [ours, theirs] = [medians('ours'), medians('theirs')];
  const name = 'skopeo copy --all';
  return [
    { is: 'measured', measure, unit: 'ms', ours: ours.wall, peer: { name, value: theirs.wall }, budget: 1 },
    {
      is: 'measured',
      measure: `${measure}, processor time`,
      unit: 'ms',
      ours: ours.cpu,
      peer: { name, value: theirs.cpu },
      budget: undefined,
    },
    {
      is: 'measured',
      measure: `${measure}, memory`,
      unit: 'MB',
      ours: ours.memory,
      peer: { name, value: theirs.memory },
      budget: undefined,
    },
  ];
}

/** The peak of the uploading process. One layer, so that nothing but its length can count. */
async function measureMemory(stage: Stage): Promise<Result> {
  const bytes = 2 * stage.imageBytes;
  const layout = join(stage.folder, 'layer');
  await writeImageLayout(layout, { platforms: 1, layers: 1, bytes, seed: 'layer' });
  const usage = await withRegistry(stage, ({ host }) =>
    node([stage.child('push-image'), layout, `${host}/team/layer`, 'one']),
  );
  await rm(layout, { recursive: true });
  return againstLimit(`memory to push a layer of ${size(bytes)}`, { ours: usage.memory, limit: 150, unit: 'MB' });
}

/** Without --preserve-digests it would compress the layers, which is another task. */
function skopeoCopy(stage: Stage, [from, to]: readonly [string, string]): Promise<Usage> {
  const { skopeo } = stage.peers;
  if (skopeo.is === 'missing') throw new Error(skopeo.why);
  const options = ['--all', '--quiet', '--preserve-digests', '--dest-tls-verify=false'];
  const source = from.startsWith('docker:') ? ['--src-tls-verify=false'] : [];
  const env = { ...emptyEnvironment(), HOME: stage.folder };
  return measureRun({ command: skopeo.path, args: ['copy', ...options, ...source, from, to], env });
}

async function withRegistry<Value>(stage: Stage, act: (registry: BenchRegistry) => Promise<Value>): Promise<Value> {
  const registry = await startRegistry(stage);
  try {
    return await act(registry);
  } finally {
    await registry.close();
  }
}
