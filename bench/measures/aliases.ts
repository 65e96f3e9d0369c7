import { join } from 'node:path';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import { writeImageLayout } from '../fixtures/image-layout.ts';
import { readImage } from '../image-argument.ts';
import type { Task } from '../measure.ts';
import { measureInTurn, measureRun } from '../measure.ts';
import type { BenchRegistry } from '../registry.ts';
import { startEmbedded, startRegistry } from '../registry.ts';
import type { Result } from '../result.ts';
import { againstLimit } from '../result.ts';
import type { Stage } from '../stage.ts';
import { succeed } from '../succeed.ts';
import { node } from './start-up.ts';

/** Moving aliases within a repository, and copying a small image of two platforms to another repository of its registry. */
export async function measureAliases(stage: Stage): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const start of [startEmbedded, startRegistry]) {
    const registry = await start(stage);
    try {
      if (results.length > 0 && registry.name === 'embedded registry')
        results.push({
          is: 'not-measured',
          measure: 'aliases on docker-registry',
          why: 'docker-registry is not installed',
        });
      else results.push(...(await measureAt(stage, registry)));
    } finally {
      await registry.close();
    }
  }
  return results;
}

async function measureAt(stage: Stage, registry: BenchRegistry): Promise<readonly Result[]> {
  const image = `${registry.host}/team/app`;
  const digests = [await pushSmall(stage, image, 'one'), await pushSmall(stage, image, 'two')] as const;
  const on = `, ${registry.name}`;
  const several = registry.name === 'embedded registry' ? { tags: ['latest', '1', '1.2'], requests: 1 } : undefined;
  const results: Result[] = [
    againstLimit(`one alias moved${on}`, {
      ours: await countMove(image, digests[0], ['latest']),
      limit: 2,
      unit: 'requests',
    }),
    againstLimit(`one alias moved, manifest at hand${on}`, {
      ours: await countPut(image, digests[1], ['latest']),
      limit: 1,
      unit: 'requests',
    }),
  ];
  if (several !== undefined)
    results.push(
      againstLimit(`three aliases moved, manifest at hand${on}`, {
        ours: await countPut(image, digests[0], several.tags),
        limit: several.requests,
        unit: 'requests',
      }),
    );
  const copied = await succeed({
    command: process.execPath,
    args: [stage.child('copy-image'), image, `${registry.host}/team/copy`, 'one'],
    env: emptyEnvironment(),
  });
  results.push(
    againstLimit(`two platforms to another repository${on}`, { ours: Number(copied), limit: 14, unit: 'requests' }),
  );
  return [...results, ...(await raceOthers(stage, registry, digests))];
}

/** Three aliases as `reconcile` moves them, with every look before and after, against one moved by other programs. */
async function raceOthers(
  stage: Stage,
  registry: BenchRegistry,
  [one, two]: readonly [Digest, Digest],
): Promise<readonly Result[]> {
  const measure = `three aliases moved, ${registry.name}`;
  const image = `${registry.host}/team/app`;
  const aliases = ['latest', '1', '1.2'];
  await countPut(image, one, aliases);
  let at = one;
  const ours: Task = () => {
    const from = at;
    at = from === one ? two : one;
    return node([stage.child('move-aliases'), image, from, at, ...aliases]);
  };
  const others = oneAliasMovers(registry.host, image);
  const present = others.flatMap(({ program, args }) => {
    const peer = stage.peers[program];
    return peer.is === 'missing' ? [] : [[program, otherProgram(stage, peer.path, args)] as const];
  });
  const bare: Task = () => node([stage.child('bare-requests'), image, ...aliases]);
  const tasks = { ours, bare, ...Object.fromEntries(present) };
  const medians = await measureInTurn(tasks, { rounds: stage.rounds * 2, warmUp: 2 });
  const against = (name: string, value: number, budget?: number): Result => {
    return { is: 'measured', measure, unit: 'ms', ours: medians('ours').wall, peer: { name, value }, budget };
  };
  const raced = others.map(({ program, shown, budget }): Result => {
    const peer = stage.peers[program];
    if (peer.is === 'missing') return { is: 'not-measured', measure, why: peer.why };
    return against(`${shown} of one`, medians(program).wall, budget);
  });
  return [...raced, against('such requests by node:http alone', medians('bare').wall)];
}

interface AliasMover {
  readonly program: 'skopeo' | 'crane' | 'regctl';
  readonly shown: string;
  readonly args: (source: 'one' | 'two') => readonly string[];
  readonly budget: number | undefined;
}

/** Programs that point a tag at the image of another tag of its repository, with all its platforms. */
function oneAliasMovers(host: string, image: string): readonly AliasMover[] {
  const plain = ['--src-tls-verify=false', '--dest-tls-verify=false'];
  return [
    {
      program: 'skopeo',
      shown: 'skopeo copy --all',
      args: (source) => [
        'copy',
        '--all',
        '--quiet',
        ...plain,
        `docker://${image}:${source}`,
        `docker://${image}:skopeo`,
      ],
      budget: 1,
    },
    {
      program: 'crane',
      shown: 'crane tag',
      args: (source) => ['tag', `${image}:${source}`, 'crane'],
      budget: undefined,
    },
    {
      program: 'regctl',
      shown: 'regctl image copy',
      args: (source) => [
        '--host',
        `reg=${host},tls=disabled`,
        'image',
        'copy',
        `${image}:${source}`,
        `${image}:regctl`,
      ],
      budget: undefined,
    },
  ];
}

function otherProgram(stage: Stage, command: string, args: AliasMover['args']): Task {
  let copied: 'one' | 'two' = 'one';
  return () => {
    copied = copied === 'one' ? 'two' : 'one';
    return measureRun({ command, args: args(copied), env: { ...emptyEnvironment(), HOME: stage.folder } });
  };
}

async function pushSmall(stage: Stage, image: string, tag: string): Promise<Digest> {
  const folder = join(stage.folder, `small-${tag}-${crypto.randomUUID()}`);
  const digest = await writeImageLayout(folder, { platforms: 2, layers: 1, bytes: 200_000, seed: tag });
  const args = [stage.child('push-image'), folder, image, tag];
  await succeed({ command: process.execPath, args, env: emptyEnvironment() });
  return digest;
}

async function countMove(image: string, digest: Digest, tags: readonly string[]): Promise<number> {
  const repository = openRepository(readImage(image), { access: 'write' });
  const manifest = await repository.readManifest(digest);
  if (manifest === undefined) throw new Error(`${digest} is gone`);
  await repository.writeTags(manifest, tags.map(imageTag));
  repository.close();
  return repository.requestCount();
}

async function countPut(image: string, digest: Digest, tags: readonly string[]): Promise<number> {
  const repository = openRepository(readImage(image), { access: 'write' });
  const manifest = await repository.readManifest(digest);
  if (manifest === undefined) throw new Error(`${digest} is gone`);
  const before = repository.requestCount();
  await repository.writeTags(manifest, tags.map(imageTag));
  repository.close();
  return repository.requestCount() - before;
}
