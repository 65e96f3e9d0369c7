import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import type { OriginWish } from '../../domain/origin-wish.ts';
import { trailersOf } from '../../domain/origin-wish.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { coreVersion, formatVersion, releaseClassOf } from '../../domain/version.ts';
import type { CandidateState, ImageOrigin } from '../../estate/choose-origin.ts';
import type { WorkingCopy } from '../../ports/working-copy.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { findOrigin } from '../release/find-origin.ts';
import type { ReleaseTagMade } from './make-release-tag.ts';
import { makeReleaseTag, refuseTag } from './make-release-tag.ts';
import type { StableRelease } from '../facts/read-candidates.ts';
import { readCandidate } from '../facts/read-candidates.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { commitToTag, findUnfit } from './tag-release.ts';
import { withdrawalsAmong } from '../facts/withdrawals-now.ts';
import type { TagWorld } from '../world.ts';

/** What a person asks of `cutwater promote`. */
export interface PromotionOrder {
  readonly candidate: Version;
  /** Anything git understands as a commit; undefined for HEAD, and then the working copy must be that commit. */
  readonly at: string | undefined;
  /** One line: why the bytes of the candidate are not taken. Undefined: they are. */
  readonly rebuild: string | undefined;
  /** One line: why a hotfix is larger than the policy wants. */
  readonly hotfixReason: string | undefined;
  readonly push: boolean;
}

export interface PromotionMade {
  readonly made: ReleaseTagMade;
  /** Where the image of the release will come from. */
  readonly origin: ImageOrigin;
}

/**
 * Makes the signed stable tag of a validated release candidate. Its message names the candidate, so that its release takes
 * these bytes and no others, or gives the reason for a new build. Checks what the release will check: the candidate is
 * published and not withdrawn, and the commit is the same build. Run again, it keeps the tag and pushes it where that is missing.
 */
export async function promote(
  world: TagWorld & { readonly workingCopy: WorkingCopy },
  loaded: LoadedPolicy,
  order: PromotionOrder,
): Promise<PromotionMade> {
  const name = releaseTagOf(order.candidate);
  if (releaseClassOf(order.candidate) !== 'rc')
    throw new CutwaterError('VERSION_INVALID', `Cannot promote ${quote(name)}: it is no release candidate`, {
      hint: 'Name one as X.Y.Z-rc.N',
    });
  const version = coreVersion(order.candidate);
  const commit = await commitToTag(world, { at: order.at, version });
  if (order.hotfixReason !== undefined && (await world.git.isAncestor(commit, loaded.commit)))
    throw new CutwaterError('USAGE', `Cannot promote ${name}: a reason is given, but not for what`, {
      hint: 'Add --rebuild, or leave out --reason',
    });
  const unfit = await findUnfit(world.workingCopy, { at: order.at, version });
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const release = { loaded, version, commit, tags, withdrawn: await withdrawalsAmong(world, loaded, tags) };
  const wish = await settled(wishOf(world, release, order));
  if (wish.is === 'refused') {
    refuseTag(releaseTagOf(version), [...unfit, wish.error]);
    throw wish.error;
  }
  const trailers = trailersOf(wish.found);
  // Decided before the tag is made, so that nothing can fail after it. What stands against it is told together with the rest.
  const lines = trailers.map(({ name: label, value }) => `${label}: ${value}`);
  const question = {
    ...release,
    act: `tag ${releaseTagOf(version)}`,
    tagObject: undefined,
    message: `x\n\n${lines.join('\n')}`,
  };
  const origin = await settled(findOrigin(world, question));
  const objections = origin.is === 'refused' ? [...unfit, origin.error] : unfit;
  const { push, hotfixReason } = order;
  const request = { version, commit, text: undefined, trailers, unsignedReason: undefined, hotfixReason, push };
  const made = await makeReleaseTag(world, loaded, { ...request, objections });
  // Nothing is made where there are objections.
  if (origin.is === 'refused') throw origin.error;
  return { made, origin: origin.found };
}

type Settled<Found> =
  { readonly is: 'found'; readonly found: Found } | { readonly is: 'refused'; readonly error: CutwaterError };

/** What stands against a promotion, as a value; where nobody can tell, as with a server that does not answer, it is thrown. */
async function settled<Found>(asked: Promise<Found>): Promise<Settled<Found>> {
  try {
    return { is: 'found', found: await asked };
  } catch (error) {
    if (isCutwaterError(error) && [2, 3, 8].includes(error.exit)) return { is: 'refused', error };
    throw error;
  }
}

async function wishOf(world: TagWorld, release: StableRelease, order: PromotionOrder): Promise<OriginWish> {
  const { candidate: version, rebuild } = order;
  const state = await readCandidate(world, release, version);
  if (state === undefined)
    throw new CutwaterError('TAG_MISSING', `Cannot promote ${releaseTagOf(version)}: there is no such tag`, {
      hint: `Make it with 'cutwater tag ${formatVersion(version)} --push', then release and validate it`,
    });
  if (rebuild === undefined) return { kind: 'promote', version, tagObject: state.tagObject };
  requireReplaceable(state);
  return { kind: 'rebuild', reason: rebuild };
}

/** To be built anew instead of, a candidate must be one that could have been taken but for its bytes. */
function requireReplaceable({ version, record, objection }: CandidateState): void {
  const name = releaseTagOf(version);
  if (objection === undefined && record.is !== 'unfinished') return;
  const said = { withdrawn: 'it was withdrawn', failed: 'it did not pass' };
  const found =
    objection === undefined ? 'it is not published' : `${said[objection.kind]} (${quote(objection.reason)})`;
  throw new CutwaterError('PROMOTION_REFUSED', `Cannot build anew instead of ${name}: ${found}`, {
    hint: `Name a candidate that stands, or run 'cutwater tag ${formatVersion(coreVersion(version))}': where none stands no reason is needed`,
  });
}
