import type { CheckpointEntry, CheckpointMessage } from '../../domain/decision-message.ts';
import { formatCheckpointMessage, parseCheckpointMessage } from '../../domain/decision-message.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { formatTagName } from '../../domain/tag-name.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import { compareVersions } from '../../domain/version.ts';
import { nextDecisionNumber } from '../../estate/decisions.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { Decisions } from '../facts/read-decisions.ts';
import type { ReadWorld } from '../world.ts';

export interface DecisionMade {
  /** The git tag that was made, or that already says so. */
  readonly tag: string;
  readonly made: boolean;
}

/** Decisions point at the head of the protected branch, so that CI runs the current workflow for them. */
export async function makeTag(
  world: Pick<ReadWorld, 'git'>,
  loaded: Pick<LoadedPolicy, 'commit'>,
  tag: { readonly name: string; readonly message: string; readonly push: boolean },
): Promise<DecisionMade> {
  try {
    await world.git.createSignedTag({ name: tag.name, target: loaded.commit, message: tag.message });
  } catch (error) {
    if (!isCutwaterError(error, 'TAG_EXISTS')) throw error;
    const hint = 'Another run in this clone made it a moment ago: run the same command again';
    throw new CutwaterError('TAG_EXISTS', error.message, { hint, cause: error });
  }
  if (tag.push) await pushDecision(world, tag.name);
  return { tag: tag.name, made: true };
}

/** A decision that is there already; one that a crash left in this clone is pushed now. */
export async function keepTag(
  world: ReadWorld,
  kept: { readonly tag: string; readonly decisions: Decisions; readonly push: boolean },
): Promise<DecisionMade> {
  if (kept.push && kept.decisions.unpushed.some(({ tag }) => tag.name === kept.tag))
    await pushDecision(world, kept.tag);
  return { tag: kept.tag, made: false };
}

/** A checkpoint above this many versions is split: git objects above 1 MiB are not read back. */
const entriesPerCheckpoint = 3000;

/**
 * Makes the signed checkpoints that vouch for versions, whatever becomes of the keys that signed them. One that says the very
 * same and was left in this clone is used: a crash may have come before its push.
 */
export async function writeCheckpoints(
  world: ReadWorld,
  loaded: LoadedPolicy,
  checkpoint: { readonly entries: readonly CheckpointEntry[]; readonly decisions: Decisions; readonly push: boolean },
): Promise<readonly DecisionMade[]> {
  const { decisions, push } = checkpoint;
  const { project } = loaded.policy;
  const sorted = checkpoint.entries.toSorted((left, right) => compareVersions(left.version, right.version));
  const used = [...(decisions.used.get('checkpoint') ?? [])];
  const made: DecisionMade[] = [];
  for (let start = 0; start < sorted.length; start += entriesPerCheckpoint) {
    const entries = sorted.slice(start, start + entriesPerCheckpoint);
    const left = findUnpushed(decisions, { project, entries });
    if (left !== undefined) {
      made.push(await keepTag(world, { tag: left, decisions, push }));
      continue;
    }
    const newest = Math.max(0, ...decisions.checkpoints.map(({ number }) => number));
    const number = nextDecisionNumber(used, newest);
    used.push(number);
    const name = formatTagName({ kind: 'checkpoint', number });
    made.push(
      await makeTag(world, loaded, { name, message: formatCheckpointMessage(number, { project, entries }), push }),
    );
  }
  return made;
}

function findUnpushed({ unpushed }: Decisions, wanted: CheckpointMessage): string | undefined {
  return unpushed.find(({ name, tag }) => {
    const object = parseTagObject(tag.raw ?? new Uint8Array());
    if (name.kind !== 'checkpoint' || object.is === 'refused') return false;
    const said = parseCheckpointMessage(object.value.message);
    return said.is === 'ok' && formatCheckpointMessage(0, said.value) === formatCheckpointMessage(0, wanted);
  })?.tag.name;
}

/** A name that others took cannot be decided under before it is free: a restore has the number of its withdrawal. */
async function pushDecision(world: Pick<ReadWorld, 'git'>, name: string): Promise<void> {
  try {
    await world.git.pushTag(name);
  } catch (error) {
    if (!isCutwaterError(error, 'TAG_MOVED')) throw error;
    throw new CutwaterError('TAG_MOVED', error.message, {
      hint: `Somebody was quicker: delete yours with 'git tag -d ${name}' and run the same command again. Only if 'cutwater status' then says that theirs does not count, remove it from the remote (git push origin --delete refs/tags/${name})`,
      cause: error,
    });
  }
}
