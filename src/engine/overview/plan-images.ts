import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { CommittedRelease } from '../../estate/judge-alias.ts';
import { candidateTag } from '../../estate/registry-tags.ts';
import type { PlannedCompanion } from '../../plan/release-steps.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Estate } from '../facts/gather-estate.ts';
import { placeOfImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readRecord } from '../facts/read-record.ts';
import { promotedDigests } from '../release/companion-candidates.ts';
import { sameImages } from '../release/same-image.ts';
import type { ReadWorld } from '../world.ts';
import type { PlanProblem } from './plan-origin.ts';
import { problemsOf } from './plan-origin.ts';

/** The further images a release will have, with their digests as far as those are known before anything is built. */
export async function plannedImages(
  world: ReadWorld,
  loaded: LoadedPolicy,
  from: {
    readonly build: Policy;
    readonly tagObject: ObjectId | undefined;
    readonly promotes: { readonly version: Version } | undefined;
  },
): Promise<readonly PlannedCompanion[]> {
  const { build, tagObject, promotes } = from;
  const known = build.images.slice(1).flatMap((image) => {
    const name = formatImageName(image.name);
    const place = placeOfImage(world, name);
    return place === undefined ? [] : [{ image, name, place }];
  });
  if (known.length === 0) return [];
  const record = promotes && (await readRecord(world, loaded, promotes.version));
  const promoted = record?.is === 'valid' ? (record.release.companions ?? []) : [];
  return Promise.all(
    known.map(async ({ image, name, place }) => {
      const pinned = tagObject && (await place.repository.resolve(candidateTag(tagObject)))?.digest;
      return { image, name, digest: pinned ?? promoted.find((one) => one.name === name)?.index };
    }),
  );
}

/** What stands against the images of a release: where they would go, and that a promotion has all of them. */
export async function imageProblems(
  world: ReadWorld,
  loaded: LoadedPolicy,
  from: {
    readonly build: Policy;
    readonly act: string;
    readonly promotes: { readonly version: Version } | undefined;
  },
): Promise<readonly PlanProblem[]> {
  const { build, act, promotes } = from;
  return problemsOf(async () => {
    const { companions } = sameImages(loaded.policy, build, act);
    if (promotes !== undefined) await promotedDigests(world, loaded, { companions, version: promotes.version, act });
  });
}

/** Companions whose aliases could not be looked at. */
export function unreadProblems({ unread }: Pick<Estate, 'unread'>): readonly PlanProblem[] {
  return unread.map(({ error: { code, message, details, hint } }) => ({ code, message, details, hint }));
}

/** The release as the aliases will see it; an image that is not built yet has a digest that nothing else has. */
export function plannedRelease(
  version: Version,
  digest: Digest | undefined,
  { build, images }: { readonly build: Policy; readonly images: readonly PlannedCompanion[] },
): CommittedRelease {
  const text = formatVersion(version);
  return {
    version,
    digest: digest ?? digestOf(`unbuilt ${text}`),
    platforms: build.images.slice(0, 1).flatMap(({ platforms }) => platforms.map(formatPlatform)),
    ...(images.length === 0
      ? {}
      : {
          companions: images.map(({ image, name, digest: own }) => ({
            name,
            digest: own ?? digestOf(`unbuilt ${text} ${name}`),
            platforms: image.platforms.map(formatPlatform),
          })),
        }),
  };
}

/** The digests in a planned release that stand for images which are not built yet. */
export function unbuiltIn({ version, digest, companions = [] }: CommittedRelease): readonly Digest[] {
  const text = formatVersion(version);
  const own = digest === digestOf(`unbuilt ${text}`) ? [digest] : [];
  return [
    ...own,
    ...companions.flatMap((one) => (one.digest === digestOf(`unbuilt ${text} ${one.name}`) ? [one.digest] : [])),
  ];
}

/** What the repository of each image lists; undefined asks for the first one. */
export async function tagsOfImages(world: ReadWorld): Promise<(image: string | undefined) => ReadonlySet<string>> {
  const own = new Set<string>(await world.repository.listTags());
  const others = await Promise.all(
    world.companions.map(async ({ repository }) => {
      // One that gives no answer is a problem of the plan already.
      const tags = await repository.listTags().catch((error: unknown) => {
        if (isCutwaterError(error) && error.code !== 'INTERRUPTED') return [];
        throw error;
      });
      return [formatImageName(repository.name), new Set<string>(tags)] as const;
    }),
  );
  const byName = new Map(others);
  return (image) => (image === undefined ? own : (byName.get(image) ?? new Set()));
}
