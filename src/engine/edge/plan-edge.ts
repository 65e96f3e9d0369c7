import { digestOf } from '../../domain/digest.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { judgeSha } from '../../estate/judge-sha.ts';
import { shaTag } from '../../estate/registry-tags.ts';
import { channelStep } from '../../plan/channel-steps.ts';
import type { Step } from '../../plan/step.ts';
import { openJobs } from './edge.ts';
import type { ImageJob } from './edge-build.ts';
import { findBuild, imageOf } from './edge-build.ts';
import type { EdgeEstate } from './gather-edge.ts';
import { gatherEdge } from './gather-edge.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { PlannedStep } from '../overview/plan-release.ts';
import type { ReadWorld } from '../world.ts';

export interface EdgePlan {
  readonly schema: 'cutwater.edge-plan/1';
  readonly commit: ObjectId;
  readonly steps: readonly PlannedStep[];
  readonly estate: EdgeEstate;
  readonly companions: readonly { readonly name: string; readonly estate: EdgeEstate }[];
  /** What stays as it is although a run would name its build so. */
  readonly notes: readonly string[];
  /** Channels that hold an image nobody vouches for. */
  readonly refused: readonly string[];
}

/** What `edge` would do for a commit, or for the head of the default branch. Builds and writes nothing. */
export async function planEdge(world: ReadWorld, loaded: LoadedPolicy, revision?: string): Promise<EdgePlan> {
  const images: PlannedImage[] = [];
  for (const image of await openJobs(world, loaded, revision)) images.push(await planImage(image));
  const [first, ...companions] = images;
  if (first === undefined) throw new CutwaterError('CONFIG_INVALID', 'Cannot plan edge: the policy names no image');
  return {
    schema: 'cutwater.edge-plan/1',
    commit: first.commit,
    steps: images.flatMap(({ steps }) => steps),
    estate: first.estate,
    companions: companions.map(({ name, estate }) => ({ name, estate })),
    notes: images.flatMap(({ notes }) => notes),
    refused: images.flatMap(({ refused }) => refused),
  };
}

interface PlannedImage extends Pick<EdgePlan, 'commit' | 'steps' | 'estate' | 'notes' | 'refused'> {
  readonly name: string;
}

async function planImage({ world, job }: ImageJob<ReadWorld>): Promise<PlannedImage> {
  const { commit, loaded, origins } = job;
  const about = imageOf(job);
  const named = (tag: string): string => (about.image === undefined ? tag : `${about.image}:${tag}`);
  const found = await findBuild(world, job);
  const unbuilt = digestOf(`unbuilt ${commit}`);
  const estate = await gatherEdge(world, loaded, { origins, own: { commit, digest: found ?? unbuilt } });
  const tag = shaTag(commit, loaded.policy.channels.sha);
  const held = judgeSha(commit, await origins.at(tag));
  const build: readonly Step[] = [
    { kind: 'build', ...about, commit, digest: found },
    { kind: 'document', ...about, role: 'provenance', subject: found, payload: undefined },
  ];
  const name: Step = { kind: 'image-tag', ...about, imageTag: tag, digest: found, once: 'first-wins' };
  const moves = estate.channels.flatMap((channel) => channelStep(channel.name, channel.judgement, about.image) ?? []);
  return {
    name: formatImageName(world.repository.name),
    commit,
    steps: [
      ...build.map((step): PlannedStep => ({ step, state: found === undefined ? 'todo' : 'done' })),
      ...(held.is === 'unvouched' ? [] : [{ step: name, state: held.is === 'own' ? 'done' : 'todo' } as const]),
      ...moves.map((step): PlannedStep => {
        return { step: step.digest === unbuilt ? { ...step, digest: undefined } : step, state: 'todo' };
      }),
    ],
    estate,
    notes: [
      ...(held.is === 'own' ? [`${named(tag)} stays ${held.digest}: a build of this commit is published`] : []),
      ...(held.is === 'unvouched' ? [`${named(tag)} stays ${held.digest}: nobody vouches for that image`] : []),
    ],
    refused: estate.channels.flatMap((channel) => (channel.judgement.is === 'refused' ? [named(channel.name)] : [])),
  };
}
