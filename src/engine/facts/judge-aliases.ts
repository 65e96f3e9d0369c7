import type { Digest } from '../../domain/digest.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { imageTag } from '../../domain/image-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import type { Alias, ChannelPolicy } from '../../estate/alias.ts';
import { aliasesOf, aliasesOfVersion, mayPointAt } from '../../estate/alias.ts';
import type { WithdrawalDecision } from '../../estate/decisions.ts';
import type { AliasFacts, AliasJudgement, CommittedRelease } from '../../estate/judge-alias.ts';
import { judgeAlias } from '../../estate/judge-alias.ts';
import { readRegistryTag, versionTag } from '../../estate/registry-tags.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { limited, sideBySide } from '../side-by-side.ts';

export interface AliasState {
  /** The companion it belongs to, `host/name`; left out for the first image. */
  readonly image?: string;
  readonly alias: Alias;
  readonly current: Digest | undefined;
  readonly judgement: AliasJudgement;
}

/** The aliases of one image, and what is known that they may point at. */
export interface AliasQuestion {
  readonly repository: ImageRepository;
  /** What the repository lists. */
  readonly imageTags: readonly ImageTag[];
  /** Versions that may have been released with this image, highest first. */
  readonly versions: readonly Version[];
  /** A committed release with the digest of this image; undefined where there is none, or it does not have the image. */
  readonly read: (version: Version) => Promise<CommittedRelease | undefined>;
  readonly withdrawals: ReadonlyMap<string, WithdrawalDecision>;
  readonly channels: ChannelPolicy;
  /** Judge only the aliases of this version. */
  readonly only: Version | undefined;
}

/** Judges every alias of one image. */
export async function judgeAliases(question: AliasQuestion): Promise<readonly AliasState[]> {
  const { repository, imageTags, versions, channels, only, withdrawals } = question;
  const tagged = imageTags.map(readRegistryTag).flatMap((name) => (name.kind === 'version' ? [name.version] : []));
  const images = imageFinder(repository, tagged);
  const held = new Set<string>(imageTags);
  const claimants = versionsByAlias(versions, channels);
  const asked = aliasesOf([...versions, ...tagged], channels).filter(
    (alias) => only === undefined || mayPointAt(alias, only),
  );
  const judge = async (alias: Alias): Promise<AliasState> => {
    const candidates = claimants.get(alias.name) ?? [];
    // A listing may be cut short or old: only an alias that no version needs is not asked for.
    const current =
      held.has(alias.name) || candidates.length > 0
        ? (await repository.resolve(imageTag(alias.name)))?.digest
        : undefined;
    const facts = await aliasFacts(question, images, { current, candidates, withdrawals });
    return { alias, current, judgement: judgeAlias(alias, current, facts) };
  };
  const states = new Map<Alias, AliasState>();
  await sideBySide(asked, aliasesAtOnce, async (alias) => states.set(alias, await judge(alias)));
  return asked.flatMap((alias) => states.get(alias) ?? []);
}

/** So many aliases are asked for side by side: a long history has hundreds, and each waits for three answers. */
const aliasesAtOnce = 8;

/** The versions each alias may point at, in the order they came. */
function versionsByAlias(
  versions: readonly Version[],
  channels: ChannelPolicy,
): ReadonlyMap<string, readonly Version[]> {
  const found = new Map<string, Version[]>();
  for (const version of versions)
    for (const { name } of aliasesOfVersion(version, channels)) {
      const claimants = found.get(name);
      if (claimants === undefined) found.set(name, [version]);
      else claimants.push(version);
    }
  return found;
}

interface AliasSearch {
  readonly current: Digest | undefined;
  /** What the registry or a checkpoint says may be there, highest first. */
  readonly candidates: readonly Version[];
  readonly withdrawals: ReadonlyMap<string, WithdrawalDecision>;
}

/** Reads just what judging one alias needs: the highest valid candidate, and what the alias points at now. */
async function aliasFacts(
  { read }: Pick<AliasQuestion, 'read'>,
  images: ImageFinder,
  search: AliasSearch,
): Promise<AliasFacts> {
  const { current, candidates, withdrawals } = search;
  const committed: CommittedRelease[] = [];
  for (const version of candidates) {
    const release = await read(version);
    if (release !== undefined) committed.push(release);
    if (release !== undefined && !withdrawals.has(formatVersion(version))) break;
  }
  const facts = { committed, withdrawals, imageTags: [] };
  if (current === undefined || committed.some(({ digest }) => digest === current)) return facts;
  const version = await images.versionOf(current);
  if (version === undefined) return facts;
  const release = await read(version);
  if (release?.digest === current) return { ...facts, committed: [...committed, release] };
  return { ...facts, imageTags: [{ version, digest: current }] };
}

interface ImageFinder {
  /** The highest version whose image tag holds a digest. */
  versionOf(digest: Digest): Promise<Version | undefined>;
}

/** Asks for image tags from the highest version down, each once however many aliases want to know. */
function imageFinder(repository: ImageRepository, tagged: readonly Version[]): ImageFinder {
  const waiting = [...tagged].toSorted((left, right) => compareVersions(right, left));
  const known = new Map<Digest, Version>();
  // Of two searches side by side one would end before the other has seen what it is looking for.
  const turn = limited(1);
  let place = 0;
  return {
    versionOf: (digest) =>
      turn(async () => {
        while (!known.has(digest)) {
          const next = waiting[place];
          if (next === undefined) break;
          place += 1;
          const found = await repository.resolve(versionTag(next));
          if (found !== undefined && !known.has(found.digest)) known.set(found.digest, next);
        }
        return known.get(digest);
      }),
  };
}
