import { digestOf } from '../../domain/digest.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { judgeSha } from '../../estate/judge-sha.ts';
import { shaTag } from '../../estate/registry-tags.ts';
import { channelStep } from '../../plan/channel-steps.ts';
import type { Step } from '../../plan/step.ts';
import { openJob } from './edge.ts';
import { findBuild } from './edge-build.ts';
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
  /** What stays as it is although a run would name its build so. */
  readonly notes: readonly string[];
  /** Channels that hold an image nobody vouches for. */
  readonly refused: readonly ImageTag[];
}

/** What `edge` would do for a commit, or for the head of the default branch. Builds and writes nothing. */
export async function planEdge(world: ReadWorld, loaded: LoadedPolicy, revision?: string): Promise<EdgePlan> {
  const job = await openJob(world, loaded, revision);
  const { commit, origins } = job;
  const found = await findBuild(world, job);
  const unbuilt = digestOf(`unbuilt ${commit}`);
  const estate = await gatherEdge(world, loaded, { origins, own: { commit, digest: found ?? unbuilt } });
  const tag = shaTag(commit, loaded.policy.channels.sha);
  const held = judgeSha(commit, await origins.at(tag));
  const build: readonly Step[] = [
    { kind: 'build', commit, digest: found },
    { kind: 'document', role: 'provenance', subject: found, payload: undefined },
  ];
  const named: Step = { kind: 'image-tag', imageTag: tag, digest: found, once: 'first-wins' };
  const moves = estate.channels.flatMap(({ name, judgement }) => channelStep(name, judgement) ?? []);
  return {
    schema: 'cutwater.edge-plan/1',
    commit,
    steps: [
      ...build.map((step): PlannedStep => ({ step, state: found === undefined ? 'todo' : 'done' })),
      ...(held.is === 'unvouched' ? [] : [{ step: named, state: held.is === 'own' ? 'done' : 'todo' } as const]),
      ...moves.map((step): PlannedStep => {
        return { step: step.digest === unbuilt ? { ...step, digest: undefined } : step, state: 'todo' };
      }),
    ],
    estate,
    notes: [
      ...(held.is === 'own' ? [`${tag} stays ${held.digest}: a build of this commit is published`] : []),
      ...(held.is === 'unvouched' ? [`${tag} stays ${held.digest}: nobody vouches for that image`] : []),
    ],
    refused: estate.channels.flatMap(({ name, judgement }) => (judgement.is === 'refused' ? [name] : [])),
  };
}
