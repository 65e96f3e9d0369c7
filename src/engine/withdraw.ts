import type { CheckpointEntry } from '../domain/decision-message.ts';
import { formatCheckpointMessage, formatDecisionMessage } from '../domain/decision-message.ts';
import type { Digest } from '../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../domain/error.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { quote } from '../domain/quote.ts';
import { formatTagName, releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';
import type { WithdrawalDecision } from '../estate/decisions.ts';
import { nextDecisionNumber, withdrawalsInForce } from '../estate/decisions.ts';
import { versionTag } from '../estate/registry-tags.ts';
import type { LoadedPolicy } from './load-policy.ts';
import type { Decisions } from './read-decisions.ts';
import { readDecisions } from './read-decisions.ts';
import { readRecord } from './read-record.ts';
import { readProjectTags } from './read-tags.ts';
import type { ReadWorld } from './world.ts';

export interface WithdrawalRequest {
  readonly version: Version;
  readonly aliases: 'move' | 'hold';
  readonly reason: string;
  readonly useInstead: Version | undefined;
  readonly push: boolean;
}

export interface DecisionMade {
  /** The git tag that was made, or that already says so. */
  readonly tag: string;
  readonly made: boolean;
}

/**
 * Makes the signed tag that withdraws a version (or cancels one that was never published). One in force that says the
 * same is kept: run again after a crash, no second one is made. With another word about the aliases a further one is made,
 * and the newest speaks. Tags and releases are never deleted.
 */
export async function withdraw(
  world: ReadWorld,
  loaded: LoadedPolicy,
  request: WithdrawalRequest,
): Promise<DecisionMade> {
  const { version, aliases, reason, useInstead, push } = request;
  const decisions = await readAll(world, loaded);
  const open = inForce(decisions, version);
  if (open?.aliases === aliases) return keep(world, { tag: formatTagName(open), decisions, push });
  const about = open ?? (await readSubject(world, loaded, { version, decisions }));
  // Above the one in force and above what a checkpoint has settled, or it would not be the one that speaks.
  const settled = decisions.checkpoints
    .flatMap(({ entries }) => entries)
    .filter((entry) => compareVersions(entry.version, version) === 0);
  const above = Math.max(open?.number ?? 0, ...settled.map((entry) => entry.decisions));
  const number = nextDecisionNumber(decisions.used.get(releaseTagOf(version)) ?? [], above);
  const { release, digest } = about;
  const { project } = loaded.policy;
  const said = { project, decision: 'withdrawn', version, release, digest, aliases, reason, useInstead } as const;
  const name = formatTagName({ kind: 'withdrawn', version, number });
  const made = await makeTag(world, loaded, { name, message: formatDecisionMessage(said), push });
  const now = inForce(await readAll(world, loaded), version);
  if (now?.aliases !== aliases) throw withoutEffect(name);
  return made;
}

/** Makes the signed tags that undo every withdrawal of a version in force; those a crash left unpushed are pushed. */
export async function restore(
  world: ReadWorld,
  loaded: LoadedPolicy,
  request: Pick<WithdrawalRequest, 'version' | 'reason' | 'push'>,
): Promise<readonly DecisionMade[]> {
  const { version, reason, push } = request;
  const made: DecisionMade[] = [];
  for (let decisions = await readAll(world, loaded); ; decisions = await readAll(world, loaded)) {
    const open = inForce(decisions, version);
    if (open === undefined) break;
    const name = formatTagName({ kind: 'restored', version, number: open.number });
    const waiting = decisions.unpushed.some(({ tag }) => tag.name === name);
    if (made.some(({ tag }) => tag === name) && (push || !waiting)) throw withoutEffect(name);
    if (waiting) made.push(await keep(world, { tag: name, decisions, push }));
    else {
      const { release, digest } = open;
      const { project } = loaded.policy;
      const unsaid = { aliases: undefined, useInstead: undefined };
      const said = { project, decision: 'restored', version, release, digest, reason, ...unsaid } as const;
      made.push(await makeTag(world, loaded, { name, message: formatDecisionMessage(said), push }));
    }
    // Until it is pushed it lifts nothing, so there is nothing more to see.
    if (!push) break;
  }
  if (made.length > 0) return made;
  throw new CutwaterError(
    'WITHDRAWAL_REFUSED',
    `Cannot restore ${formatVersion(version)}: no valid withdrawal of it is in force`,
  );
}

/** A checkpoint above this many versions is split: git objects above 1 MiB are not read back. */
const entriesPerCheckpoint = 3000;

/** Makes the signed checkpoints that vouch for versions, whatever becomes of the keys that signed them. */
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
    const newest = Math.max(0, ...decisions.checkpoints.map(({ number }) => number));
    const number = nextDecisionNumber(used, newest);
    used.push(number);
    const entries = sorted.slice(start, start + entriesPerCheckpoint);
    const name = formatTagName({ kind: 'checkpoint', number });
    made.push(
      await makeTag(world, loaded, { name, message: formatCheckpointMessage(number, { project, entries }), push }),
    );
  }
  return made;
}

async function readAll(world: ReadWorld, loaded: LoadedPolicy): Promise<Decisions> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  return readDecisions(world, loaded, { tags, imageTags: await world.repository.listTags() });
}

function inForce(decisions: Decisions, version: Version): WithdrawalDecision | undefined {
  return withdrawalsInForce(decisions.decisions, decisions.checkpoints).get(formatVersion(version));
}

/** What a decision about a version speaks of: its release tag object and, where it was published, its image. */
async function readSubject(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { version, decisions }: { readonly version: Version; readonly decisions: Decisions },
): Promise<{ readonly release: ObjectId; readonly digest: Digest | undefined }> {
  const record = await readRecord(world, loaded, version);
  if (record.is === 'valid') return { release: record.release.tag.object, digest: record.release.image.index };
  const entry = decisions.checkpoints
    .flatMap(({ entries }) => entries)
    .find((one) => compareVersions(one.version, version) === 0);
  if (entry !== undefined) return { release: entry.release, digest: entry.digest };
  const tags = await readProjectTags(world.git, loaded.policy, 'local');
  const name = releaseTagOf(version);
  const found = tags.decided.find(({ tag }) => tag.name === name)?.tag;
  if (found === undefined)
    throw new CutwaterError(
      'TAG_MISSING',
      `Cannot withdraw ${quote(formatVersion(version))}: there is no tag ${name} and no release of it`,
    );
  const published = await world.repository.resolve(versionTag(version));
  return { release: found.object, digest: published?.digest };
}

/** Decisions point at the head of the protected branch, so that CI runs the current workflow for them. */
async function makeTag(
  world: ReadWorld,
  loaded: LoadedPolicy,
  tag: { readonly name: string; readonly message: string; readonly push: boolean },
): Promise<DecisionMade> {
  await world.git.createSignedTag({ name: tag.name, target: loaded.commit, message: tag.message });
  if (tag.push) await push(world, tag.name);
  return { tag: tag.name, made: true };
}

/** A decision that is there already; one that a crash left in this clone is pushed now. */
async function keep(
  world: ReadWorld,
  kept: { readonly tag: string; readonly decisions: Decisions; readonly push: boolean },
): Promise<DecisionMade> {
  if (kept.push && kept.decisions.unpushed.some(({ tag }) => tag.name === kept.tag)) await push(world, kept.tag);
  return { tag: kept.tag, made: false };
}

/** A name that others took cannot be decided under before it is free: a restore has the number of its withdrawal. */
async function push(world: ReadWorld, name: string): Promise<void> {
  try {
    await world.git.pushTag(name);
  } catch (error) {
    if (!isCutwaterError(error, 'TAG_MOVED')) throw error;
    throw new CutwaterError('TAG_MOVED', error.message, {
      hint: `Look at it with 'cutwater status'; if it does not count, remove it from the remote (git push origin --delete refs/tags/${name}) and run the same command again`,
      cause: error,
    });
  }
}

function withoutEffect(name: string): CutwaterError {
  return new CutwaterError('WITHDRAWAL_REFUSED', `Cannot decide by ${name}: the tag was made, but it does not count`, {
    hint: "Run 'cutwater status' for the reason; the key may not be a maintainer's on the protected branch",
  });
}
