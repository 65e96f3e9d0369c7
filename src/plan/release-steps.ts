import type { Digest } from '../domain/digest.ts';
import { shortNameOf } from '../domain/image-name.ts';
import type { Platform } from '../domain/platform.ts';
import { formatPlatform } from '../domain/platform.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, releaseClassOf } from '../domain/version.ts';
import { candidateTag, partTag, shaTag, statementTag, versionTag } from '../estate/registry-tags.ts';
import { binariesOf } from '../policy/binaries-of.ts';
import { fillPlaceholders } from '../policy/placeholder.ts';
import type { ImagePolicy, Policy } from '../policy/policy.ts';
import type { Step } from './step.ts';

export interface ReleaseOutlook {
  readonly policy: Policy;
  /** The further images, in the policy's order. */
  readonly companions: readonly PlannedCompanion[];
  readonly version: Version;
  readonly commit: ObjectId;
  /** Undefined before the tag exists. */
  readonly tagObject: ObjectId | undefined;
  /** The image, once it is built or taken over from a release candidate. */
  readonly digest: Digest | undefined;
  readonly promotes: { readonly version: Version; readonly digest: Digest } | undefined;
}

/** A further image of a planned release. */
export interface PlannedCompanion {
  readonly image: ImagePolicy;
  /** `host/name` */
  readonly name: string;
  /** Once it is built or taken over. */
  readonly digest: Digest | undefined;
}

/** Every remote effect of a release up to its commit point, in order. Aliases follow from the estate. */
export function releaseSteps(outlook: ReleaseOutlook): readonly Step[] {
  const { policy, companions, version, digest } = outlook;
  const first = { platforms: policy.images[0]?.platforms ?? [], digest, image: undefined, prefix: '' };
  const images: readonly PlannedImage[] = [
    first,
    ...companions.map(({ image, name, digest: own }) => {
      return { platforms: image.platforms, digest: own, image: name, prefix: `${shortNameOf(image.name)}.` };
    }),
  ];
  const tag = releaseTagOf(version);
  const files = [
    'statement.sigstore.json',
    ...[...policy.images.slice(0, 1), ...companions.map(({ image }) => image)].flatMap(({ name, platforms }) =>
      binariesOf(policy, name).flatMap((binary) =>
        platforms.map((platform) => fillPlaceholders(binary.name, platform)),
      ),
    ),
    ...images.flatMap(documentFiles),
    'SHA256SUMS',
    'SHA256SUMS.sigstore.json',
  ];
  return [
    ...images.flatMap((image) => pinSteps(outlook, image)),
    ...images.flatMap((image) => documentSteps('sbom', image)),
    ...(policy.scan === undefined ? [] : images.flatMap((image) => documentSteps('scan', image))),
    { kind: 'document', role: 'statement', subject: digest, payload: undefined },
    {
      kind: 'draft',
      tag,
      title: `${policy.project} ${tag}`,
      notes: '',
      prerelease: releaseClassOf(version) !== 'stable',
    },
    ...files.map((name): Step => ({ kind: 'asset', tag, name, digest: undefined, size: undefined })),
    ...[...images.slice(1), first].flatMap((image) => tagSteps(outlook, image)),
    { kind: 'publish', tag },
    { kind: 'commit', imageTag: statementTag(version), statement: undefined },
  ];
}

/**
 * The platforms that jobs of their own may have built before, of images that are to be built still. None of them is an effect of
 * the release: they are shown where they are there.
 */
export function partSteps(outlook: ReleaseOutlook): readonly Step[] {
  const { policy, companions, commit, tagObject, digest, promotes } = outlook;
  if (tagObject === undefined || promotes !== undefined) return [];
  const of = { kind: 'release', object: tagObject } as const;
  return [
    { platforms: policy.images[0]?.platforms ?? [], digest, name: undefined },
    ...companions.map(({ image: { platforms }, digest: own, name }) => ({ platforms, digest: own, name })),
  ].flatMap(({ platforms, digest: built, name }) =>
    (built === undefined ? platforms : []).map((platform): Step => ({
      kind: 'part',
      ...(name === undefined ? {} : { image: name }),
      imageTag: partTag(of, platform),
      platform: formatPlatform(platform),
      commit,
    })),
  );
}

interface PlannedImage {
  readonly platforms: readonly Platform[];
  readonly digest: Digest | undefined;
  /** `host/name` of a companion. */
  readonly image: string | undefined;
  readonly prefix: string;
}

function ofImage({ image }: PlannedImage): { readonly image?: string } {
  return image === undefined ? {} : { image };
}

function documentFiles({ platforms, prefix }: PlannedImage): readonly string[] {
  return [
    ...platforms
      .map((platform) => `${prefix}sbom-${formatPlatform(platform).replaceAll('/', '-')}`)
      .flatMap((start) => [`${start}.cdx.json`, `${start}.spdx.json`]),
    `${prefix}provenance.sigstore.json`,
  ];
}

function pinSteps({ commit, promotes, tagObject }: ReleaseOutlook, image: PlannedImage): readonly Step[] {
  const { digest } = image;
  const imageTag = tagObject === undefined ? 'candidate-<tag object>' : candidateTag(tagObject);
  const step = { kind: 'candidate', ...ofImage(image), imageTag, digest } as const;
  if (promotes === undefined)
    return [
      { ...step, from: { kind: 'build', commit } },
      { kind: 'document', ...ofImage(image), role: 'provenance', subject: digest, payload: undefined },
    ];
  const taken = image.image === undefined ? promotes.digest : (digest ?? promotes.digest);
  return [{ ...step, from: { kind: 'promote', version: formatVersion(promotes.version), digest: taken } }];
}

function documentSteps(role: 'sbom' | 'scan', image: PlannedImage): readonly Step[] {
  return image.platforms.map((platform): Step => {
    const about = { ...ofImage(image), role, platform: formatPlatform(platform) };
    return { kind: 'document', ...about, subject: undefined, payload: undefined };
  });
}

function tagSteps({ version, commit, policy, promotes }: ReleaseOutlook, image: PlannedImage): readonly Step[] {
  const step = { kind: 'image-tag', ...ofImage(image), digest: image.digest } as const;
  const own: Step = { ...step, imageTag: versionTag(version), once: 'immutable' };
  if (promotes !== undefined) return [own];
  return [own, { ...step, imageTag: shaTag(commit, policy.channels.sha), once: 'first-wins' }];
}
