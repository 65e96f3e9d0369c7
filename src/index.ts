export type { Brand, Parsed } from './domain/brand.ts';
export type { Digest } from './domain/digest.ts';
export { digestOf, isDigest, parseDigest, shortDigest } from './domain/digest.ts';
export { CutwaterError, isCutwaterError } from './domain/error.ts';
export type { ErrorExtra } from './domain/error.ts';
export { errorCatalogue } from './domain/error-catalogue.ts';
export { exitCodes } from './domain/error-entry.ts';
export type { ErrorCode } from './domain/error-catalogue.ts';
export type { ExitCode } from './domain/error-entry.ts';
export { formatImageName, parseImageName, parseImageReference } from './domain/image-name.ts';
export type { ImageName, ImageReference, ImageTag } from './domain/image-name.ts';
export { formatPlatform, parsePlatform } from './domain/platform.ts';
export type { Platform } from './domain/platform.ts';
export { escapeLines, escapeText, quote } from './domain/quote.ts';
export type { InTotoStatement, ReleasePredicate } from './domain/release-statement.ts';
export { Secret } from './domain/secret.ts';
export { formatTagName, parseTagName, releaseTagOf } from './domain/tag-name.ts';
export type { TagName } from './domain/tag-name.ts';
export type { CiKey, Maintainer, Trust } from './domain/trust.ts';
export {
  compareVersions,
  formatVersion,
  highestVersion,
  parseVersion,
  readVersion,
  releaseClassOf,
} from './domain/version.ts';
export type { ReleaseClass, Version } from './domain/version.ts';

export { parsePolicy } from './policy/parse-policy.ts';
export type { Policy } from './policy/policy.ts';

export { aliasesOf, mayPointAt } from './estate/alias.ts';
export type { Alias } from './estate/alias.ts';
export { openWithdrawals } from './estate/decisions.ts';
export type { Decision } from './estate/decisions.ts';
export { judgeEdge } from './estate/judge-edge.ts';
export type { EdgeFacts, EdgeJudgement } from './estate/judge-edge.ts';
export { aliasTarget, judgeAlias } from './estate/judge-alias.ts';
export type { AliasFacts, AliasJudgement, CommittedRelease } from './estate/judge-alias.ts';

export { replayAlias } from './estate/replay-alias.ts';
export type { AliasMoment, DatedEvent } from './estate/replay-alias.ts';

export { describeStep } from './plan/step.ts';
export type { Step } from './plan/step.ts';

export { auditTags } from './report/audit.ts';
export type { AuditReport } from './report/audit.ts';
export type { Check, Verification } from './report/verification.ts';

export { readAliasHistory } from './engine/pointers/alias-history.ts';
export type { AliasHistory } from './engine/pointers/alias-history.ts';
export { publishEdge } from './engine/edge/edge.ts';
export type { EdgeRequest, EdgeResult } from './engine/edge/edge.ts';
export { addEvidence } from './engine/evidence/add-evidence.ts';
export type { EvidenceMade, EvidenceRequest } from './engine/evidence/add-evidence.ts';
export type { EngineEvent, Report } from './engine/event.ts';
export { gatherEstate } from './engine/facts/gather-estate.ts';
export type { AliasState, Estate } from './engine/facts/gather-estate.ts';
export { gatherStatus } from './engine/overview/gather-status.ts';
export type { Status } from './engine/overview/gather-status.ts';
export { listEvidence } from './engine/evidence/list-evidence.ts';
export type { EvidenceList, ListedEvidence } from './engine/evidence/list-evidence.ts';
export { loadProtectedPolicy } from './engine/facts/load-policy.ts';
export type { LoadedPolicy } from './engine/facts/load-policy.ts';
export { finishHotfix } from './engine/hotfix/finish-hotfix.ts';
export type { FinishedHotfix } from './engine/hotfix/finish-hotfix.ts';
export { makeReleaseTag } from './engine/tag/make-release-tag.ts';
export type { ReleaseTagMade, ReleaseTagRequest } from './engine/tag/make-release-tag.ts';
export { planEdge } from './engine/edge/plan-edge.ts';
export type { EdgePlan } from './engine/edge/plan-edge.ts';
export { planReconcile, planRelease } from './engine/overview/plan-release.ts';
export type { ReleasePlan } from './engine/overview/plan-release.ts';
export { readProjectTags } from './engine/facts/read-tags.ts';
export { reconcile } from './engine/pointers/reconcile.ts';
export type { ReconcileResult } from './engine/pointers/reconcile.ts';
export { release } from './engine/release/release.ts';
export type { ReleaseResult } from './engine/release/release.ts';
export { startHotfix } from './engine/hotfix/start-hotfix.ts';
export type { StartedHotfix } from './engine/hotfix/start-hotfix.ts';
export { verifyRelease } from './engine/verify/verify-release.ts';
export { announce } from './engine/announcement/announce.ts';
export type { Announced } from './engine/announcement/announce.ts';
export { writeCheckpoints } from './engine/withdrawal/make-decision.ts';
export { restore, withdraw } from './engine/withdrawal/withdraw.ts';
export type { BranchWorld, ReadWorld, ReleaseWorld, TagWorld } from './engine/world.ts';

export { gitBranchWriter } from './adapters/git-cli/branch-writer.ts';
export { gitComparison } from './adapters/git-cli/comparison.ts';
export { gitCli } from './adapters/git-cli/git-cli.ts';
export { gitMergeWriter } from './adapters/git-cli/merge-writer.ts';
export { gitTagWriter } from './adapters/git-cli/tag-writer.ts';
export { gitWorkingCopy } from './adapters/git-cli/working-copy.ts';
export { openpgpSignatures } from './adapters/gpg/openpgp-signatures.ts';
export { localForge } from './adapters/local-forge/local-forge.ts';
export { openRepository } from './adapters/oci-http/open-repository.ts';
export { bundleVerifier } from './adapters/sigstore-bundle/bundle-verifier.ts';
export { keyAttestor } from './adapters/sigstore-bundle/key-attestor.ts';
export { sshSignatures } from './adapters/ssh-signature/ssh-signature.ts';
export { tagVerifier } from './adapters/tag-verifier/tag-verifier.ts';
export { listenRegistry } from './registry-server/listen-registry.ts';
