import type { AnnouncementKind } from '../domain/announcement.ts';
import type { Digest } from '../domain/digest.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { assertNever } from '../domain/error.ts';
import { shortDigest } from '../domain/digest.ts';

/**
 * One remote effect, as serialisable data. A digest is undefined only in the plan of a release whose image is not built
 * yet. Every kind can be read back, so each happens exactly once however often a run is repeated; only an announcement may
 * be repeated, where a run is killed after it is sent and before it is recorded.
 */
export type Step =
  | {
      readonly kind: 'candidate';
      /** The companion it is about, `host/name`; left out for the first image. So it is for the other kinds below. */
      readonly image?: string;
      /** `candidate-<release tag object id>`. */
      readonly imageTag: string;
      /** Build the commit, or take the bytes of a validated release candidate. */
      readonly from:
        | { readonly kind: 'build'; readonly commit: ObjectId }
        | { readonly kind: 'promote'; readonly version: string; readonly digest: Digest };
      readonly digest: Digest | undefined;
    }
  /** The image of one platform, for the run that publishes the release to put together. */
  | {
      readonly kind: 'part';
      readonly image?: string;
      readonly imageTag: string;
      readonly platform: string;
      readonly commit: ObjectId;
    }
  | {
      readonly kind: 'document';
      readonly image?: string;
      readonly role: 'part' | 'provenance' | 'sbom' | 'scan' | 'statement' | 'checksums';
      readonly platform?: string;
      readonly subject: Digest | undefined;
      /** SHA-256 of what is signed. */
      readonly payload: Digest | undefined;
    }
  | {
      readonly kind: 'draft';
      readonly tag: string;
      readonly title: string;
      readonly notes: string;
      readonly prerelease: boolean;
    }
  | {
      readonly kind: 'asset';
      readonly tag: string;
      readonly name: string;
      readonly digest: Digest | undefined;
      readonly size: number | undefined;
    }
  | {
      readonly kind: 'image-tag';
      readonly image?: string;
      readonly imageTag: string;
      readonly digest: Digest | undefined;
      readonly once: 'immutable' | 'first-wins';
    }
  | { readonly kind: 'publish'; readonly tag: string }
  | { readonly kind: 'commit'; readonly imageTag: string; readonly statement: Digest | undefined }
  | { readonly kind: 'decision'; readonly imageTag: string; readonly tag: string; readonly object: ObjectId }
  | {
      readonly kind: 'alias';
      readonly image?: string;
      readonly alias: string;
      readonly version: string;
      readonly digest: Digest | undefined;
      readonly from: Digest | undefined;
      readonly because: string;
    }
  /** The image of a commit of the default branch, pushed by digest with its provenance. */
  | {
      readonly kind: 'build';
      readonly image?: string;
      readonly commit: ObjectId;
      readonly digest: Digest | undefined;
    }
  | {
      readonly kind: 'channel';
      readonly image?: string;
      /** `edge`, `nightly-YYYY-MM-DD`. */
      readonly channel: string;
      readonly commit: ObjectId;
      readonly digest: Digest | undefined;
      readonly from: Digest | undefined;
      readonly because: string;
    }
  | { readonly kind: 'mirror'; readonly mirror: string; readonly imageTag: string; readonly digest: Digest }
  | { readonly kind: 'latest'; readonly tag: string }
  | {
      readonly kind: 'banner';
      readonly tag: string;
      readonly banner: string | undefined;
      /** How hard it is to go back to the version the banner names, as a sentence without a final period. */
      readonly wayBack?: string;
    }
  | {
      readonly kind: 'announcement';
      readonly channel: string;
      readonly announces: AnnouncementKind;
      /** The git tag of the release. */
      readonly tag: string;
      /** Where it is recorded. */
      readonly imageTag: string;
    };

/** The effect in a few plain words, for plans and progress. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'candidate':
      return step.from.kind === 'build'
        ? `build ${step.image === undefined ? '' : `${step.image} of `}commit ${step.from.commit.slice(0, 12)} and pin it as ${step.imageTag}`
        : `take ${step.image ?? 'the image'} of ${step.from.version} and pin it as ${step.imageTag}`;
    case 'part':
      return `build ${step.platform} of ${step.image === undefined ? '' : `${step.image} of `}commit ${step.commit.slice(0, 12)} and keep it as ${step.imageTag}`;
    case 'document':
      return `sign and attach the ${documentName(step)}`;
    case 'draft':
      return `draft release ${step.tag} "${step.title}"`;
    case 'asset':
      return `upload ${step.name} to ${step.tag}`;
    case 'image-tag':
      return `tag ${step.image === undefined ? 'image ' : `${step.image}:`}${step.imageTag}${at(step.digest)}`;
    case 'publish':
      return `publish release ${step.tag}`;
    case 'commit':
      return `store the release statement as ${step.imageTag} (the commit point)`;
    case 'decision':
      return `store decision ${step.tag} beside the images as ${step.imageTag}`;
    case 'alias':
      return `point ${step.image === undefined ? '' : `${step.image}:`}${step.alias} at ${step.version}${at(step.digest)}: ${step.because}`;
    case 'build':
      return `build ${step.image === undefined ? '' : `${step.image} of `}commit ${step.commit.slice(0, 12)} and push it by digest${at(step.digest)}`;
    case 'channel':
      return `point ${step.image === undefined ? '' : `${step.image}:`}${step.channel} at commit ${step.commit.slice(0, 12)}${at(step.digest)}: ${step.because}`;
    case 'mirror':
      return `copy ${step.imageTag}${at(step.digest)} to ${step.mirror}`;
    case 'latest':
      return `mark ${step.tag} as the latest release`;
    case 'banner':
      if (step.banner === undefined) return `take the banner off ${step.tag}`;
      return `mark ${step.tag} as deprecated${step.wayBack === undefined ? '' : `; ${step.wayBack}`}`;
    case 'announcement':
      return `tell ${step.channel} that ${step.tag} is ${step.announces}, and record it as ${step.imageTag} (at least once)`;
    default:
      return assertNever(step);
  }
}

/** `scan for linux/amd64`, ... */
export function documentName(step: Extract<Step, { kind: 'document' }>): string {
  const names = {
    part: 'record',
    provenance: 'provenance',
    sbom: 'SBOM',
    scan: 'scan',
    statement: 'release statement',
    checksums: 'checksums',
  };
  const name = step.platform === undefined ? names[step.role] : `${names[step.role]} for ${step.platform}`;
  return step.image === undefined ? name : `${name} of ${step.image}`;
}

function at(digest: Digest | undefined): string {
  return digest === undefined ? '' : ` = ${shortDigest(digest)}`;
}
