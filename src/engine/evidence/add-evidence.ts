import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import { formatEvidenceMessage } from '../../domain/evidence-message.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import { formatTagName } from '../../domain/tag-name.ts';
import { compareVersions } from '../../domain/version.ts';
import { nextDecisionNumber } from '../../estate/decisions.ts';
import type { Evidence } from '../../estate/evidence.ts';
import type { EvidenceTagName } from '../../estate/registry-tags.ts';
import { evidenceTag } from '../../estate/registry-tags.ts';
import type { EvidenceClaim, EvidenceSaying } from './evidence-saying.ts';
import { decideSaying } from './evidence-saying.ts';
import type { ValidatedRelease } from './evidence-target.ts';
import { findEvidenceTarget } from './evidence-target.ts';
import { judgeEvidence } from './judge-evidence.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { EvidenceBook } from './read-evidence.ts';
import { readEvidence, usedKey } from './read-evidence.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { runStep } from '../run-step.ts';
import { decisionHandler } from '../steps/decision.ts';
import type { TagWorld } from '../world.ts';

/** What a person asks of `cutwater evidence add`. */
export interface EvidenceRequest extends EvidenceClaim {
  readonly push: boolean;
}

export interface EvidenceMade {
  readonly evidence: Evidence;
  /** `kept`: a run before made the same and did not push it. */
  readonly is: 'made' | 'kept';
  readonly isPublic: boolean;
  /** Whether the registry holds it; where this machine may not write there, the next reconcile does it. */
  readonly isStored: boolean;
  readonly warnings: readonly string[];
}

/**
 * Signs the result of a validation, bound to release tag, commit and image. The tag is judged as every release will judge
 * it before it gets its name. Run again after a crash it goes on with the tag that was left unpushed.
 */
export async function addEvidence(
  world: TagWorld,
  loaded: LoadedPolicy,
  request: EvidenceRequest,
): Promise<EvidenceMade> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const target = await findEvidenceTarget(world, loaded, { version: request.version, tags });
  const saying = decideSaying(loaded.policy.evidence, request, target);
  const book = await readBook(world, loaded, { request, tags });
  const left = leftBehind(book, { target, saying, tags, report: reportOf(request), request });
  const evidence = left ?? (await makeEvidence(world, loaded, { request, target, saying, book }));
  const { name, object } = evidence.tag;
  if (request.push) await push(world, { name, object });
  const isPublic = request.push || tags.remote === undefined;
  return {
    evidence,
    is: left === undefined ? 'made' : 'kept',
    isPublic,
    isStored: isPublic && (await store(world, evidence)),
    warnings: saying.warnings,
  };
}

async function readBook(
  world: TagWorld,
  loaded: LoadedPolicy,
  { request, tags }: { readonly request: EvidenceRequest; readonly tags: ProjectTags },
): Promise<EvidenceBook> {
  const about = ({ evidence, version }: EvidenceTagName): boolean =>
    evidence === request.name && compareVersions(version, request.version) === 0;
  return readEvidence(world, loaded, { tags, imageTags: await world.repository.listTags(), about });
}

/** The tag that says the very same and that only this clone has: a run before was stopped, or told not to push. */
function leftBehind(
  book: EvidenceBook,
  wanted: {
    readonly target: ValidatedRelease;
    readonly saying: EvidenceSaying;
    readonly tags: ProjectTags;
    readonly report: Digest | undefined;
    readonly request: EvidenceRequest;
  },
): Evidence | undefined {
  const { target, saying, tags, report, request } = wanted;
  return book.unpushed.find(
    (evidence) =>
      !tags.moved.has(evidence.tag.name) &&
      evidence.release === target.release &&
      evidence.digest === target.digest &&
      evidence.outcome === saying.outcome &&
      evidence.note === saying.note &&
      evidence.environment === request.environment &&
      evidence.report === report,
  );
}

async function makeEvidence(
  world: TagWorld,
  loaded: LoadedPolicy,
  given: {
    readonly request: EvidenceRequest;
    readonly target: ValidatedRelease;
    readonly saying: EvidenceSaying;
    readonly book: EvidenceBook;
  },
): Promise<Evidence> {
  const { request, target, saying, book } = given;
  const { name: evidence, version, environment } = request;
  const used = book.used.get(usedKey({ evidence, version })) ?? [];
  const newest = Math.max(0, ...[...book.valid, ...book.unpushed].map(({ number }) => number));
  const tagName: EvidenceTagName = { kind: 'evidence', evidence, version, number: nextDecisionNumber(used, newest) };
  const name = formatTagName(tagName);
  const message = formatEvidenceMessage({
    project: loaded.policy.project,
    evidence,
    version,
    release: target.release,
    commit: target.commit,
    digest: target.digest,
    outcome: saying.outcome,
    environment,
    report: reportOf(request),
    note: saying.note,
  });
  // Like every decision it points at the head of the protected branch, so that CI runs the current workflow for it.
  const tag = await world.tagWriter.writeObject({ name, target: loaded.commit, message, signed: true });
  const judged = await judgeEvidence(world, loaded, { tag, name: tagName });
  if (judged.is === 'refused')
    throw new CutwaterError('TAG_REJECTED', `Cannot sign ${name}: ${judged.reason}; no tag was made`, {
      hint: "Run 'cutwater doctor' to see which key may sign here",
    });
  await world.tagWriter.nameTag(tag);
  return judged.value;
}

async function push(world: TagWorld, tag: Pick<GitTag, 'name' | 'object'>): Promise<void> {
  try {
    await world.tagWriter.push({ tag, branch: undefined });
  } catch (error) {
    if (!isCutwaterError(error, 'TAG_MOVED')) throw error;
    throw new CutwaterError('TAG_MOVED', error.message, {
      hint: 'Someone signed something under this number at the same time; run the same command again, it takes the next one',
      cause: error,
    });
  }
}

/** Keeps the tag object beside the image it speaks of; false where this machine may not write there. */
async function store(world: TagWorld, evidence: Evidence): Promise<boolean> {
  const { name: kindOf, version, number, tag, digest } = evidence;
  const imageTag = evidenceTag({ kind: 'evidence', evidence: kindOf, version, number }, tag.object);
  const step = { kind: 'decision', imageTag, tag: tag.name, object: tag.object } as const;
  try {
    const subject = digest === undefined ? undefined : await world.repository.resolve(digest);
    await runStep(step, decisionHandler(world.repository, { tag: imageTag, raw: tag.raw, subject }), world);
    return true;
  } catch (error) {
    if (isCutwaterError(error) && error.exit === exitCodes.authentication) return false;
    throw error;
  }
}

function reportOf({ report }: EvidenceRequest): Digest | undefined {
  return report === undefined ? undefined : digestOf(report.bytes);
}
