import type { WorkflowPolicy } from './ci-schema.ts';
import type { SigningPolicy } from './signing-schema.ts';
import type { SbomPolicy } from './sbom-schema.ts';
import type { ScanPolicy } from './scan-schema.ts';
import type { SignatureFormat } from '../domain/git-tag.ts';
import type { ImageName } from '../domain/image-name.ts';
import type { ChecksPolicy } from './checks-schema.ts';
import type { ForgePolicy } from './forge-schema.ts';
import type { HotfixPolicy } from './hotfix-schema.ts';
import type { Platform } from '../domain/platform.ts';
import type { AnnouncePolicy } from './announce-schema.ts';
import type { EvidencePolicy, GatePolicy } from './gate-policy.ts';
import type { VersionFile } from './version-file-policy.ts';
import type { WithdrawalPolicy } from './withdrawal-schema.ts';

/** A project's written process, read from `cutwater.yaml`. Every field is filled; defaults are RustShare's process. */
export interface Policy {
  readonly project: string;
  /** `https://github.com/OWNER/NAME`: labels, compare links, purls. */
  readonly source: string | undefined;
  readonly git: {
    /** The protected default branch: alias, trust and path policy are read from it. */
    readonly branch: string;
    /** Where release tags may point: branch names, `*` matches one path part. Contains `branch`. */
    readonly releaseBranches: readonly string[];
    /** Regular expressions (JavaScript, `u`) of tag names that belong to other streams. */
    readonly ignoreTags: readonly string[];
  };
  readonly signatures: {
    readonly stable: 'required';
    readonly rc: 'required' | 'optional';
    readonly formats: readonly SignatureFormat[];
  };
  /** Where CI signs without a key of its own. */
  readonly signing: SigningPolicy;
  readonly trust: TrustPolicy;
  /** At least one. The first decides; the others are its companions: released, withdrawn and moved together with it. */
  readonly images: readonly ImagePolicy[];
  /** Taken out of the first image. */
  readonly binaries: readonly BinaryPolicy[];
  readonly channels: {
    /** Whether `0` is published while the major version is 0. */
    readonly major: 'always' | 'from-1.0';
    /** `highest` of all, or of one line such as `2` or `2.1`. */
    readonly latest: { readonly kind: 'highest' } | { readonly kind: 'line'; readonly line: string };
    readonly sha: 'full' | 'short';
    /** Whether builds of the default branch are published as `edge`, and as `nightly-YYYY-MM-DD`. */
    readonly edge: boolean;
    readonly nightly: boolean;
  };
  readonly changelog: string;
  readonly upgrading: string | undefined;
  /** Path of the page that `docs write` writes. */
  readonly processDocument: string;
  /** Classes that are refused without complete upgrading notes; none where the project keeps no such file. */
  readonly upgradingRequired: readonly ('rc' | 'stable' | 'hotfix')[];
  /** As written; lock files beside a manifest are found when the files are read. */
  readonly versionFiles: readonly VersionFile[];
  /** Paths (`*` one part, `**` any) that are no build input: commits that differ only there are equivalent. */
  readonly notBuildInput: readonly string[];
  readonly hotfix: HotfixPolicy;
  readonly gates: readonly GatePolicy[];
  readonly evidence: readonly EvidencePolicy[];
  /** What the forge must say of a commit. */
  readonly checks: ChecksPolicy;
  /** The scan of the built image; undefined where there is none. */
  readonly scan: ScanPolicy | undefined;
  readonly sbom: SbomPolicy;
  /** Paths of the lock files the SBOM of the first image is read from. */
  readonly lockFiles: readonly string[];
  readonly forge: ForgePolicy;
  /** The workflow files that `ci write` writes. */
  readonly ci: WorkflowPolicy;
  readonly withdrawal: WithdrawalPolicy;
  /** Channels, names unique. */
  readonly announce: readonly AnnouncePolicy[];
}

export interface TrustPolicy {
  readonly maintainers: readonly MaintainerPolicy[];
  readonly ci: readonly CiPolicy[];
}

export type CiPolicy =
  | {
      readonly kind: 'key';
      readonly name: string;
      /** Path of an SPKI PEM in the repository. */
      readonly keyFile: string;
    }
  | {
      readonly kind: 'keyless';
      readonly name: string;
      readonly issuer: string;
      /** `*` is any text without "/". */
      readonly identity: string;
      /** Path of a sigstore trusted root in the repository. */
      readonly trustedRoot: string;
    };

export interface MaintainerPolicy {
  readonly name: string;
  readonly key:
    | {
        readonly kind: 'openpgp';
        readonly fingerprint: string;
        /** Path in the repository. */
        readonly keyFile: string;
      }
    | { readonly kind: 'ssh'; readonly publicKey: string };
  readonly revoked: boolean;
  /** Unix seconds. */
  readonly notAfter: number | undefined;
}

export interface ImagePolicy {
  readonly name: ImageName;
  /** Further repositories that get what the first one has, by digest. */
  readonly mirrors: readonly ImageName[];
  readonly platforms: readonly Platform[];
  readonly build: ImageBuild;
  /** Of a companion: paths of the lock files its SBOM is read from. Undefined for the first image, which has those of the policy. */
  readonly lockFiles?: readonly string[];
}

export type ImageBuild = AssembleBuild | DockerfileBuild;

/** The embedded builder: files onto a base, bit for bit the same everywhere. */
export interface AssembleBuild {
  readonly kind: 'assemble';
  /** `scratch`, or `host/name@sha256:...`. */
  readonly base: string;
  /** Commands run in the source tree before the files are taken: argv, no shell. */
  readonly prepare: readonly (readonly string[])[];
  readonly files: readonly AssembleFile[];
  /** Absolute paths of folders that every user in the image may write to (1777), such as /tmp. */
  readonly writableFolders: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `uid[:gid]` or a name. */
  readonly user: string | undefined;
  readonly workdir: string | undefined;
  /** `8080/tcp`. */
  readonly ports: readonly string[];
}

export interface AssembleFile {
  /** Path in the source tree; `{arch}` is amd64, arm64, `{machine}` is x86_64, aarch64, `{os}` is linux. */
  readonly from: string;
  /** Absolute path in the image, with the same placeholders; of a folder it may be "/". */
  readonly to: string;
  /** Permission bits. `as-is`: 0755 for what its owner may execute on disk, 0644 for the rest, whatever else is set there. */
  readonly mode: number | 'as-is';
}

export interface DockerfileBuild {
  readonly kind: 'dockerfile';
  readonly dockerfile: string;
  readonly context: string;
  /** `auto`: buildx where it works, else buildah. */
  readonly builder: 'auto' | 'buildx' | 'buildah';
  /** The stage to build; undefined for the last one. */
  readonly target: string | undefined;
  /** Build arguments. They are public: image histories and provenance show them. */
  readonly args: Readonly<Record<string, string>>;
}

export interface BinaryPolicy {
  /** Asset name with `{machine}`, `{arch}`, `{os}`: `rustshare-backend-{machine}-linux`. */
  readonly name: string;
  /** The companion it comes out of; undefined for the first image. */
  readonly image?: ImageName | undefined;
  /** Absolute path in the image. */
  readonly path: string;
  /** The binary must need no interpreter and no shared library. */
  readonly static: boolean;
  /** Arguments with which it says its version; undefined: it is not started. */
  readonly versionArgs?: readonly string[] | undefined;
}
