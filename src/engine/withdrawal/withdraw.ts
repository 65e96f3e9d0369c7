import { formatDecisionMessage } from '../../domain/decision-message.ts';
import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { formatTagName, releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import type { WayBack } from '../../documents/way-back.ts';
import { newestEntries } from '../../estate/checkpoints.ts';
import type { RestoreDecision, WithdrawalDecision } from '../../estate/decisions.ts';
import { newestRestore, nextDecisionNumber, withdrawalsInForce } from '../../estate/decisions.ts';
import { versionTag } from '../../estate/registry-tags.ts';
import { assessWithdrawal, chooseAliases } from './assess-withdrawal.ts';
import type { AliasWord } from './assess-withdrawal.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { DecisionMade } from './make-decision.ts';
import { keepTag, makeTag } from './make-decision.ts';
import type { Decisions } from '../facts/read-decisions.ts';
import { readDecisions } from '../facts/read-decisions.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

export interface WithdrawalRequest {
  readonly version: Version;
  /** Undefined: whatever was decided before, else `move` where that needs no restore of a backup. */
  readonly aliases: AliasWord | undefined;
  readonly reason: string;
  readonly useInstead: Version | undefined;
  readonly push: boolean;
}

export interface Withdrawn {
  readonly made: DecisionMade;
  readonly decision: WithdrawalDecision;
  /** The hardest way back that an alias or a user has from the version; undefined where there is nothing to go back to. */
  readonly wayBack: WayBack | undefined;
}

/**
 * Makes the signed tag that withdraws a version (or cancels one that was never published). One in force that says the
 * same is kept: run again after a crash, no second one is made. With another word about the aliases, or another version to
 * use instead, a further one is made, and the newest speaks. Where going back needs a restore, or nobody knows, the word must be given: USAGE without it. Tags and
 * releases are never deleted.
 */
export async function withdraw(world: ReadWorld, loaded: LoadedPolicy, request: WithdrawalRequest): Promise<Withdrawn> {
  const { version, reason, push } = request;
  const { tags, decisions } = await readAll(world, loaded);
  const open = inForce(decisions, version);
  const about = open ?? (await readSubject(world, loaded, { version, tags, decisions }));
  // What was named before stays named until another version is.
  const useInstead = request.useInstead ?? open?.useInstead;
  const { release, digest } = about;
  // Above the one in force and above what a checkpoint has settled, or it would not be the one that speaks.
  const settled = decisions.checkpoints
    .flatMap(({ entries }) => entries)
    .filter((entry) => compareVersions(entry.version, version) === 0);
  const above = Math.max(open?.number ?? 0, ...settled.map((entry) => entry.decisions));
  const number = nextDecisionNumber(decisions.used.get(releaseTagOf(version)) ?? [], above);
  const said = { version, number, release, digest, reason, useInstead } as const;
  const outlook = await assessWithdrawal(world, loaded, { tags, supposed: { ...(open ?? said), isRetired: false } });
  const { wayBack } = outlook;
  // Where only a key that is given up withdrew it, that has to be said anew by one that counts.
  const standing = open?.isRetired === true ? undefined : open;
  const aliases = request.aliases ?? standing?.aliases ?? chooseAliases(version, outlook);
  if (standing?.aliases === aliases && isSame(standing.useInstead, useInstead)) {
    const made = await keepTag(world, { tag: formatTagName(standing), decisions, push });
    return { made, decision: standing, wayBack };
  }
  const { project } = loaded.policy;
  const name = formatTagName({ kind: 'withdrawn', version, number });
  const message = formatDecisionMessage({ ...said, project, decision: 'withdrawn', aliases });
  const made = await makeTag(world, loaded, { name, message, push });
  const now = inForce((await readAll(world, loaded)).decisions, version);
  if (now?.aliases !== aliases || !isSame(now.useInstead, useInstead)) throw withoutEffect(name);
  return { made, decision: now, wayBack };
}

export interface Restored {
  readonly made: readonly DecisionMade[];
  /** The newest restore that counts now; undefined as long as it is not pushed. */
  readonly decision: RestoreDecision | undefined;
}

/**
 * Makes the signed tags that undo every withdrawal of a version in force; those a crash left unpushed are pushed. Where all
 * are undone already the newest restore is kept, so that a run that was cut off after its push can be carried out.
 */
export async function restore(
  world: ReadWorld,
  loaded: LoadedPolicy,
  request: Pick<WithdrawalRequest, 'version' | 'reason' | 'push'>,
): Promise<Restored> {
  const { version, reason, push } = request;
  const made: DecisionMade[] = [];
  let { decisions } = await readAll(world, loaded);
  for (; ; { decisions } = await readAll(world, loaded)) {
    const open = inForce(decisions, version);
    if (open === undefined) break;
    const name = formatTagName({ kind: 'restored', version, number: open.number });
    const waiting = decisions.unpushed.some(({ tag }) => tag.name === name);
    if (made.some(({ tag }) => tag === name) && (push || !waiting)) throw withoutEffect(name);
    if (waiting) made.push(await keepTag(world, { tag: name, decisions, push }));
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
  const names = new Set(made.map(({ tag }) => tag));
  const counting = newestRestore(decisions.decisions, version);
  if (made.length > 0) return { made, decision: counting && names.has(formatTagName(counting)) ? counting : undefined };
  if (counting !== undefined) return { made: [{ tag: formatTagName(counting), made: false }], decision: counting };
  throw new CutwaterError(
    'WITHDRAWAL_REFUSED',
    `Cannot restore ${formatVersion(version)}: no valid withdrawal of it is in force`,
  );
}

async function readAll(
  world: ReadWorld,
  loaded: LoadedPolicy,
): Promise<{ readonly tags: ProjectTags; readonly decisions: Decisions }> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  return {
    tags,
    decisions: await readDecisions(world, loaded, { tags, imageTags: await world.repository.listTags() }),
  };
}

function inForce(decisions: Decisions, version: Version): WithdrawalDecision | undefined {
  return withdrawalsInForce(decisions.decisions, decisions.checkpoints).get(formatVersion(version));
}

/** What a decision about a version speaks of: its release tag object and, where it was published, its image. */
async function readSubject(
  world: ReadWorld,
  loaded: LoadedPolicy,
  {
    version,
    tags,
    decisions,
  }: { readonly version: Version; readonly tags: ProjectTags; readonly decisions: Decisions },
): Promise<{ readonly release: ObjectId; readonly digest: Digest | undefined }> {
  const record = await readRecord(world, loaded, version);
  if (record.is === 'valid') return { release: record.release.tag.object, digest: record.release.image.index };
  const entry = newestEntries(decisions.checkpoints).get(formatVersion(version))?.entry;
  if (entry !== undefined) return { release: entry.release, digest: entry.digest };
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

function isSame(one: Version | undefined, other: Version | undefined): boolean {
  return (one && formatVersion(one)) === (other && formatVersion(other));
}

function withoutEffect(name: string): CutwaterError {
  return new CutwaterError('WITHDRAWAL_REFUSED', `Cannot decide by ${name}: the tag was made, but it does not count`, {
    hint: "Run 'cutwater status' for the reason; the key may not be a maintainer's on the protected branch",
  });
}
