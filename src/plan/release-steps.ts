import type { Digest } from '../domain/digest.ts';
import { formatPlatform } from '../domain/platform.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, releaseClassOf } from '../domain/version.ts';
import { candidateTag, shaTag, statementTag, versionTag } from '../estate/registry-tags.ts';
import { fillPlaceholders } from '../policy/placeholder.ts';
import type { Policy } from '../policy/policy.ts';
import type { Step } from './step.ts';

export interface ReleaseOutlook {
  readonly policy: Policy;
  readonly version: Version;
  readonly commit: ObjectId;
  /** Undefined before the tag exists. */
  readonly tagObject: ObjectId | undefined;
  /** The image, once it is built or taken over from a release candidate. */
  readonly digest: Digest | undefined;
  readonly promotes: { readonly version: Version; readonly digest: Digest } | undefined;
}

/** Every remote effect of a release up to its commit point, in order. Aliases follow from the estate. */
export function releaseSteps(outlook: ReleaseOutlook): readonly Step[] {
  const { policy, version, commit, digest, promotes } = outlook;
  const platforms = policy.images.flatMap((image) => image.platforms);
  const tag = releaseTagOf(version);
  const candidate = outlook.tagObject === undefined ? 'candidate-<tag object>' : candidateTag(outlook.tagObject);
  const files = [
    'statement.sigstore.json',
    ...policy.binaries.flatMap(({ name }) => platforms.map((platform) => fillPlaceholders(name, platform))),
    ...platforms
      .map((platform) => `sbom-${formatPlatform(platform).replaceAll('/', '-')}`)
      .flatMap((start) => [`${start}.cdx.json`, `${start}.spdx.json`]),
    'provenance.sigstore.json',
    'SHA256SUMS',
    'SHA256SUMS.sigstore.json',
  ];
  return [
    {
      kind: 'candidate',
      imageTag: candidate,
      digest,
      from:
        promotes === undefined
          ? { kind: 'build', commit }
          : { kind: 'promote', version: formatVersion(promotes.version), digest: promotes.digest },
    },
    ...(promotes === undefined
      ? [{ kind: 'document', role: 'provenance', subject: digest, payload: undefined } as const]
      : []),
    ...platforms.map((platform): Step => {
      return {
        kind: 'document',
        role: 'sbom',
        platform: formatPlatform(platform),
        subject: undefined,
        payload: undefined,
      };
    }),
    ...(policy.scan === undefined ? [] : platforms).map((platform): Step => {
      const scanned = { role: 'scan', platform: formatPlatform(platform), subject: undefined } as const;
      return { kind: 'document', ...scanned, payload: undefined };
    }),
    { kind: 'document', role: 'statement', subject: digest, payload: undefined },
    {
      kind: 'draft',
      tag,
      title: `${policy.project} ${tag}`,
      notes: '',
      prerelease: releaseClassOf(version) !== 'stable',
    },
    ...files.map((name): Step => ({ kind: 'asset', tag, name, digest: undefined, size: undefined })),
    { kind: 'image-tag', imageTag: versionTag(version), digest, once: 'immutable' },
    ...(promotes === undefined
      ? [{ kind: 'image-tag', imageTag: shaTag(commit, policy.channels.sha), digest, once: 'first-wins' } as const]
      : []),
    { kind: 'publish', tag },
    { kind: 'commit', imageTag: statementTag(version), statement: undefined },
  ];
}
