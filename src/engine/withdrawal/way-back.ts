import type { ObjectId } from '../../domain/object-id.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { NotesSource, WayBack, WayBackStep } from '../../documents/way-back.ts';
import { judgeStep, judgeWayBack, steppedOver } from '../../documents/way-back.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Estate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ReadWorld } from '../world.ts';

/** Says how hard the way from a version back to a lower one is; undefined where the other is not lower. */
export type WayBackReader = (from: Version, to: Version) => Promise<WayBack | undefined>;

/**
 * Reads upgrading notes on the protected branch, whose word counts first, and for a version they say nothing about in the tree
 * of its release, as the signed statement names it. What was read is kept for the next question.
 */
export function wayBackReader(world: ReadWorld, loaded: LoadedPolicy, estate: Pick<Estate, 'stated'>): WayBackReader {
  const { policy } = loaded;
  const path = policy.upgrading;
  const read = async (commit: ObjectId, place: string): Promise<NotesSource | undefined> => {
    if (path === undefined) return undefined;
    // A shallow clone may lack the commit of an old release.
    const isHere = (await world.git.commitOf(commit)) !== undefined;
    const bytes = isHere ? await world.git.readFile(commit, path) : undefined;
    return { name: `${place}:${path}`, text: bytes && new TextDecoder().decode(bytes) };
  };
  let branch: Promise<NotesSource | undefined> | undefined;
  const steps = new Map<string, Promise<WayBackStep>>();
  const judge = async (version: Version): Promise<WayBackStep> => {
    const head = await (branch ??= read(loaded.commit, policy.git.branch));
    const sources = head === undefined ? [] : [head];
    const step = judgeStep(version, sources);
    if (path === undefined || step.is !== 'unknown') return step;
    const record = await readRecord(world, loaded, version);
    if (record.is !== 'valid') return step;
    const own = await read(record.release.source.commit, releaseTagOf(version));
    return own === undefined ? step : judgeStep(version, [...sources, own]);
  };
  return async (from, to) => {
    const head = await (branch ??= read(loaded.commit, policy.git.branch));
    const known = { published: estate.stated, notes: head === undefined ? [] : [head] };
    const judged: WayBackStep[] = [];
    for (const version of steppedOver({ from, to }, known)) {
      const name = formatVersion(version);
      const step = steps.get(name) ?? judge(version);
      steps.set(name, step);
      judged.push(await step);
    }
    return judgeWayBack({ from, to }, judged);
  };
}
