import type { Digest } from '../../domain/digest.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion } from '../../domain/version.ts';
import type { CommitRelation, Evidence, EvidenceContext } from '../../estate/evidence.ts';
import { evidenceMismatch, isFailureOf, newestEvidence } from '../../estate/evidence.ts';
import type { EvidenceState } from '../../estate/evidence-state.ts';
import { evidenceStates } from '../../estate/evidence-state.ts';
import type { CriticalChange } from '../../policy/requirement.ts';
import { compareCommits } from '../facts/equivalent-commits.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { EvidenceBook } from './read-evidence.ts';
import { readEvidence } from './read-evidence.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { ReleaseKind } from '../facts/release-class.ts';
import type { ReadWorld } from '../world.ts';

/** A release whose evidence is asked for. */
export interface EvidenceQuestion {
  readonly version: Version;
  readonly commit: ObjectId;
  readonly kinds: readonly ReleaseKind[];
  /** The image that will be published; undefined where it is not built yet. */
  readonly digest: Digest | undefined;
  readonly tags: ProjectTags;
  readonly change: () => Promise<CriticalChange>;
}

export interface EvidenceAnswer {
  readonly states: readonly EvidenceState[];
  /** Evidence about this version that does not count for it, with the reason. */
  readonly ignored: readonly { readonly tag: string; readonly reason: string }[];
  /** Failures that count because this clone lacks their commit, so nobody can tell whether they are about this build. */
  readonly unsure: ReadonlySet<Evidence>;
  readonly isShallow: boolean;
}

/** Where each kind of evidence stands for a release, by the rules of the protected branch. */
export async function askEvidence(
  world: ReadWorld,
  loaded: LoadedPolicy,
  question: EvidenceQuestion,
): Promise<EvidenceAnswer> {
  const book = await readEvidence(world, loaded, {
    tags: question.tags,
    imageTags: await world.repository.listTags(),
    about: (name) => sameCore(name.version, question.version),
  });
  return answerEvidence(world, loaded, { question, book });
}

/** The same with the evidence of the version at hand. */
export async function answerEvidence(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { question, book }: { readonly question: EvidenceQuestion; readonly book: EvidenceBook },
): Promise<EvidenceAnswer> {
  const about = book.valid.filter(({ version }) => sameCore(version, question.version));
  const context = await readContext(world, loaded, { question, about });
  const judged = about.map((evidence) => ({ evidence, mismatch: evidenceMismatch(evidence, question, context) }));
  const newest = newestEvidence(judged.flatMap(({ evidence, mismatch }) => (mismatch === undefined ? [evidence] : [])));
  const unsure = about.filter(
    (one) =>
      one.outcome === 'fail' && !isFailureOf(one, question.digest) && context.compare(one.commit).is === 'unknown',
  );
  const rules = loaded.policy.evidence;
  const isConditional = rules.some(
    ({ whenChanged, requiredFor }) => whenChanged.length > 0 && requiredFor.some((one) => question.kinds.includes(one)),
  );
  const change: CriticalChange = isConditional ? await question.change() : { is: 'unknown', reason: 'nobody asked' };
  return {
    states: evidenceStates(rules, { kinds: question.kinds, newest, change, now: world.now }),
    ignored: [
      ...book.invalid
        .filter(({ name }) => sameCore(name.version, question.version))
        .map(({ tag, reason }) => ({ tag, reason })),
      ...judged.flatMap(({ evidence, mismatch }) =>
        mismatch === undefined ? [] : [{ tag: evidence.tag.name, reason: mismatch }],
      ),
    ],
    unsure: new Set(unsure),
    isShallow: unsure.length > 0 && (await world.git.isShallow()),
  };
}

async function readContext(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { question, about }: { readonly question: EvidenceQuestion; readonly about: readonly Evidence[] },
): Promise<EvidenceContext> {
  const relations = new Map<ObjectId, CommitRelation>();
  for (const { commit } of about)
    if (!relations.has(commit)) relations.set(commit, await relationOf(world, loaded, { commit, question }));
  const releases = new Map<string, { object: ObjectId; commit: ObjectId }>();
  for (const { tag, name } of question.tags.decided)
    if (name.kind === 'release' && tag.commit !== undefined)
      releases.set(formatVersion(name.version), { object: tag.object, commit: tag.commit });
  const unasked = { is: 'unknown', reason: 'nobody compared its commit' } as const;
  return { releases, compare: (commit) => relations.get(commit) ?? unasked };
}

async function relationOf(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { commit, question }: { readonly commit: ObjectId; readonly question: EvidenceQuestion },
): Promise<CommitRelation> {
  const comparison = await compareCommits(world.git, loaded.policy, { from: commit, to: question.commit });
  const about = `it is about commit ${commit.slice(0, 12)}`;
  switch (comparison.is) {
    case 'equivalent':
      return { is: 'same' };
    case 'different':
      return { is: 'different', reason: `${about}, which differs in ${comparison.inputs.slice(0, 3).join(', ')}` };
    case 'unknown': {
      const reason = `${about}, and this clone has no commit ${comparison.missing.slice(0, 12)} to compare`;
      return { is: 'unknown', reason };
    }
  }
}

function sameCore(left: Version, right: Version): boolean {
  return compareVersions(coreVersion(left), coreVersion(right)) === 0;
}
