import type { BuildSource, SourceMembers } from '../../domain/build-source.ts';
import { sourceMembers } from '../../domain/build-source.ts';
import type { Digest } from '../../domain/digest.ts';
import { hexOf } from '../../domain/digest.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { InTotoStatement } from '../../domain/release-statement.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';
import type { ReleaseContents } from './release-subjects.ts';
import { releaseSubjects } from './release-subjects.ts';

/** Who built the image of a platform that was built by a job of its own. */
export interface PlatformBuilder {
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  /** As `builderId`. */
  readonly id: string;
}

export interface ProvenanceInput extends ReleaseContents {
  /** `Builder.buildType`: the page that defines `externalParameters`. */
  readonly buildType: string;
  /** Who ran the build, as a URI. Places of different trust, such as a laptop and CI, must differ here (SLSA v1). */
  readonly builderId: string;
  /** Platforms that somebody else built. */
  readonly builders: readonly PlatformBuilder[];
  /** `assemble`, `dockerfile`. */
  readonly builder: string;
  readonly source: BuildSource;
  /** The commit that was built, and where it can be had: `https://host/OWNER/NAME`. */
  readonly build: { readonly commit: ObjectId; readonly repository: string | undefined };
  /** SHA-256 of the policy file of the build commit. */
  readonly policy: Digest;
  /** Base images, by digest: `host/name@sha256:...`. */
  readonly baseImages: readonly { readonly name: string; readonly digest: Digest }[];
}

/** SLSA provenance v1 (slsa.dev/spec/v1.0/provenance), the members that are used. */
export interface ProvenancePredicate {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: SourceMembers & {
      readonly policy: { readonly sha256: string };
      readonly platforms: readonly string[];
      readonly builder: string;
    };
    readonly internalParameters?: { readonly builders: readonly PlatformBuilder[] };
    readonly resolvedDependencies: readonly {
      readonly uri?: string;
      readonly digest: Readonly<Record<string, string>>;
    }[];
  };
  readonly runDetails: { readonly builder: { readonly id: string } };
}

/**
 * Says how the image and the binaries were made. The parameters are complete and there is no time of the clock in it, so
 * that the same build gives the same bytes.
 */
export function provenanceStatement(input: ProvenanceInput): InTotoStatement<ProvenancePredicate> {
  const { buildType, builderId, builder, builders, source, policy, image } = input;
  return {
    _type: statementType,
    subject: releaseSubjects(input),
    predicateType: predicateTypes.provenance,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          ...sourceMembers(source),
          policy: { sha256: hexOf(policy) },
          platforms: image.platforms.map(({ platform }) => platform),
          builder,
        },
        ...(builders.length === 0 ? {} : { internalParameters: { builders } }),
        resolvedDependencies: [sourceOf(input), ...input.baseImages.map(toDependency)],
      },
      runDetails: { builder: { id: builderId } },
    },
  };
}

function sourceOf({
  build,
  source,
}: ProvenanceInput): ProvenancePredicate['buildDefinition']['resolvedDependencies'][number] {
  const digest = { gitCommit: build.commit };
  if (build.repository === undefined) return { digest };
  const ref = `refs/${source.kind === 'tag' ? 'tags' : 'heads'}/${source.name}`;
  return { uri: `git+${build.repository}@${ref}`, digest };
}

function toDependency(base: ProvenanceInput['baseImages'][number]): {
  readonly uri: string;
  readonly digest: { sha256: string };
} {
  return { uri: `docker://${base.name}@${base.digest}`, digest: { sha256: hexOf(base.digest) } };
}
