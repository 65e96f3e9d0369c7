import type { Digest } from './digest.ts';
import type { TagSigner } from './git-tag.ts';
import type { ObjectId } from './object-id.ts';
import type { RecordedEvidence, RecordedGate } from './release-checks.ts';

/** The predicate types of the statements Cutwater signs. */
export const predicateTypes = {
  release: 'https://in-toto.io/attestation/release/v0.1',
  provenance: 'https://slsa.dev/provenance/v1',
  cyclonedx: 'https://cyclonedx.org/bom',
  scan: 'https://in-toto.io/attestation/vulns/v0.2',
  part: 'urn:cutwater:part:v1',
} as const;

export const statementType = 'https://in-toto.io/Statement/v1';

/** in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md). */
export interface InTotoStatement<Predicate> {
  readonly _type: typeof statementType;
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: string;
  readonly predicate: Predicate;
}

/** What a release is, whole: the predicate of the signed release statement. `verify` starts from it. */
export interface ReleasePredicate {
  readonly purl: string;
  readonly version: string;
  readonly schema: 'cutwater.release/1';
  readonly project: string;
  readonly class: 'stable' | 'rc';
  readonly tag: {
    readonly name: string;
    readonly object: ObjectId;
    /** The raw tag object in base64, so that its signature can be checked without the repository. */
    readonly raw: string;
    /** Null for a tag the policy allows to be unsigned; then `unsignedReason` says why. */
    readonly signer: TagSigner | null;
    readonly unsignedReason?: string;
  };
  /** The commit of the tag, and the commit that was built: equal, or equivalent as the policy defines it. */
  readonly source: { readonly commit: ObjectId };
  readonly build: { readonly commit: ObjectId };
  /** The release candidate whose image this is, byte for byte. */
  readonly promotes?: { readonly version: string; readonly tag: ObjectId };
  /** Why the image was built anew although a release candidate was published, as a maintainer signed it. */
  readonly rebuild?: { readonly reason: string; readonly insteadOf: string };
  readonly image: ReleasedImage;
  /** The further images of the release, in the policy's order; left out where there is none. */
  readonly companions?: readonly ReleasedCompanion[];
  readonly binaries: readonly ReleasedBinary[];
  readonly documents: readonly ReleasedDocument[];
  /** Every gate of this class of releases, and every kind of evidence asked for or given. */
  readonly gates: readonly RecordedGate[];
  readonly evidence: readonly RecordedEvidence[];
  /** Every file of the forge release but the checksums and this statement. */
  readonly assets: readonly { readonly name: string; readonly digest: Digest; readonly size: number }[];
}

export interface ReleasedImage {
  /** `host/name`. */
  readonly name: string;
  readonly index: Digest;
  readonly platforms: readonly { readonly platform: string; readonly digest: Digest }[];
}

/** An image that is released together with the first. Its documents are its own, and lie in its own repository. */
export interface ReleasedCompanion extends ReleasedImage {
  readonly documents: readonly ReleasedDocument[];
}

/** Every image of a release, the first one first, each with its documents. */
export function releasedImages(
  release: Pick<ReleasePredicate, 'image' | 'documents' | 'companions'>,
): readonly ReleasedCompanion[] {
  return [{ ...release.image, documents: release.documents }, ...(release.companions ?? [])];
}

/** The image that a binary came out of; undefined where the release has none of that name. */
export function imageOfBinary(
  { image, companions = [] }: Pick<ReleasePredicate, 'image' | 'companions'>,
  binary: Pick<ReleasedBinary, 'image'>,
): ReleasedImage | undefined {
  return binary.image === undefined ? image : companions.find(({ name }) => name === binary.image);
}

export interface ReleasedBinary {
  /** The asset's name. */
  readonly name: string;
  /** The companion it came out of, `host/name`; left out for the first image. */
  readonly image?: string;
  readonly platform: string;
  /** Absolute path in the image. */
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

/** A signed document stored as referrer: its role is filled by exactly this referrer. */
export interface ReleasedDocument {
  readonly role: 'provenance' | 'sbom' | 'scan';
  /** Set for one document per platform. */
  readonly platform?: string;
  /** The manifest it refers to. */
  readonly subject: Digest;
  /** The referrer manifest. */
  readonly referrer: Digest;
  /** SHA-256 of the signed payload. */
  readonly payload: Digest;
}
