import type { ObjectId } from '../domain/object-id.ts';
import type { ScanPolicy } from '../policy/scan-schema.ts';
import type { OpenAnnouncer } from '../ports/announcer.ts';
import type { Attestor, BundleVerifier } from '../ports/attestor.ts';
import type { BranchWriter } from '../ports/branch-writer.ts';
import type { CommitChecks } from '../ports/commit-checks.ts';
import type { Comparison } from '../ports/comparison.ts';
import type { Forge } from '../ports/forge.ts';
import type { GateRunner } from '../ports/gate-runner.ts';
import type { Git } from '../ports/git.ts';
import type { History } from '../ports/history.ts';
import type { ImageBuilder } from '../ports/image-builder.ts';
import type { ImageFiles } from '../ports/image-files.ts';
import type { ProgramStarter } from '../ports/program-starter.ts';
import type { ImageRepository } from '../ports/repository.ts';
import type { Rebuilder } from '../ports/rebuilder.ts';
import type { Scanner } from '../ports/scanner.ts';
import type { SbomMaker } from '../ports/sbom-maker.ts';
import type { SbomTool, SbomToolOrder } from '../ports/sbom-tool.ts';
import type { TagWriter } from '../ports/tag-writer.ts';
import type { MergeWriter } from '../ports/merge-writer.ts';
import type { TagVerifier } from '../ports/tag-verifier.ts';
import type { WorkingCopy } from '../ports/working-copy.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { Report } from './event.ts';

/** Where one image of the project is published. */
export interface ImagePlace {
  readonly repository: ImageRepository;
  /** Further repositories, filled from the one above. Nothing is read from them to decide anything. */
  readonly mirrors: readonly ImageRepository[];
}

/** What commands that only look need of the world. */
export interface ReadWorld extends ImagePlace {
  readonly git: Git;
  readonly comparison: Comparison;
  readonly history: History;
  readonly tagVerifier: TagVerifier;
  readonly bundleVerifier: BundleVerifier;
  /** The further images, in the policy's order. Statements, decisions and records lie with the first image, above. */
  readonly companions: readonly ImagePlace[];
  readonly forge: Forge;
  /** `local` where the remote did not answer: then what this clone has is judged, and said so. */
  readonly tagSource: 'remote' | 'local';
  /** Unix seconds, read once when the run began. */
  readonly now: number;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** What telling users needs besides: CI's key, for the record that they were told. */
export interface AnnounceWorld extends ReadWorld {
  readonly attestor: Attestor;
  readonly openAnnouncer: OpenAnnouncer;
}

/** What a release needs besides. */
export interface ReleaseWorld extends AnnounceWorld {
  readonly builder: ImageBuilder;
  readonly imageFiles: ImageFiles;
  readonly sbomMaker: SbomMaker;
  /** Another program that lists what is in an image. */
  readonly sbomTool: (order: SbomToolOrder) => SbomTool;
  /** The scanner that a policy asks for. */
  readonly scanner: (policy: ScanPolicy, commit: ObjectId) => Scanner;
  /** Whether a program is on this machine, where it would be looked for. */
  readonly isInstalled: (program: string) => Promise<boolean>;
  readonly gates: GateRunner;
  /** Undefined where the forge has none. */
  readonly checks: CommitChecks | undefined;
  readonly workspace: Workspace;
  readonly programs: ProgramStarter;
  /** Who runs the build, for provenance: another for a laptop than for CI. */
  readonly builderId: string;
}

/** What a verification needs besides: it takes the binaries out of the images again, and can make the SBOMs again. */
export interface VerifyWorld extends ReadWorld {
  readonly imageFiles: ImageFiles;
  readonly sbomMaker: SbomMaker;
  readonly sbomTool: (order: SbomToolOrder) => SbomTool;
  readonly workspace: Workspace;
  readonly programs: ProgramStarter;
  /** Opened where somebody asks for another build. */
  readonly openRebuilder: () => Promise<Rebuilder>;
}

/** What preparing a release needs: the repository, and a person's files and branch. Neither registry nor forge. */
export type PrepareWorld = Pick<ReadWorld, 'git' | 'history' | 'tagSource' | 'now' | 'report' | 'signal'> & {
  readonly workingCopy: WorkingCopy;
};

/** What making a release tag needs besides: a person's own git. */
export interface TagWorld extends ReadWorld {
  readonly tagWriter: TagWriter;
}

/** What withdrawing and restoring need besides: a person's clone, for the entry in the changelog. */
export interface DecideWorld extends ReadWorld {
  readonly workingCopy: WorkingCopy;
  readonly branchWriter: BranchWriter;
}

/** What it takes to make branches of this clone, and to push them. */
export interface BranchWorld extends ReadWorld {
  readonly branchWriter: BranchWriter;
  readonly mergeWriter: MergeWriter;
  readonly workingCopy: Pick<WorkingCopy, 'pushBranch'>;
}
