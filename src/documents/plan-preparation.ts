import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { coreVersion, formatVersion } from '../domain/version.ts';
import type { Policy } from '../policy/policy.ts';
import type { VersionFile } from '../policy/version-file-policy.ts';
import type { Defect } from './changelog-defect.ts';
import type { Section } from './changelog.ts';
import { parseChangelog, sectionText } from './changelog.ts';
import { changesFor } from './changes-for.ts';
import { declaredChanges } from './declared-changes.ts';
import type { DocumentProblem, FilePlan, FileTexts, Planned } from './file-plan.ts';
import type { BumpJudgement } from './judge-bump.ts';
import { judgeBump } from './judge-bump.ts';
import { judgeNotes } from './judge-notes.ts';
import { lintChangelog } from './lint-changelog.ts';
import { planChangelog } from './plan-changelog.ts';
import { planNotes } from './plan-notes.ts';
import { loweredVersions, planVersionFiles } from './plan-version-files.ts';
import { versionInside } from './prepare-commit.ts';
import type { UpgradingFields } from './upgrading-fields.ts';
import { previousStable } from './previous-stable.ts';

export interface PreparationFacts {
  readonly version: Version;
  readonly kind: 'rc' | 'stable' | 'hotfix';
  readonly policy: Pick<Policy, 'changelog' | 'upgrading' | 'upgradingRequired' | 'source'>;
  /** With their lock files. */
  readonly versionFiles: readonly VersionFile[];
  readonly textsOf: (path: string) => FileTexts;
  /** Versions with a tag. */
  readonly tagged: readonly Version[];
  /** `YYYY-MM-DD`. */
  readonly date: { readonly asked: string | undefined; readonly today: string };
  readonly notes: UpgradingFields | undefined;
  /** The reason given now, or in an earlier commit, for a number that the rules do not allow. */
  readonly bumpReason: string | undefined;
  /** First lines of the commits since the previous stable version. */
  readonly subjects: readonly string[];
}

export interface Preparation {
  readonly previous: Version | undefined;
  /** What the changelog says the version brings, Markdown; undefined where it says nothing that can be read. */
  readonly changes: string | undefined;
  /** The files of the commit, and those that are right already. */
  readonly files: readonly FilePlan[];
  /** Undefined where the changelog cannot be read for it. */
  readonly bump: BumpJudgement | undefined;
  readonly problems: readonly DocumentProblem[];
  /** What a person should look at, one sentence each. */
  readonly doubts: readonly string[];
  /** In which the changelog differs from Keep a Changelog; only some of them are problems. */
  readonly defects: readonly Defect[];
}

/** What preparing a version makes of its files. Decides only; the same facts give the same plan. */
export function planPreparation(facts: PreparationFacts): Preparation {
  const { version, policy, textsOf, tagged, date } = facts;
  const planned = planFiles(facts);
  const files = planned.flatMap((plan) => (plan.is === 'planned' ? [plan.file] : []));
  const refused = planned.flatMap((plan) => (plan.is === 'refused' ? plan.problems : []));
  const previous = previousStable(version, tagged);
  const textOf = (path: string): string | undefined =>
    files.find((file) => file.path === path)?.text ?? textsOf(path).head;
  const section = changesFor(parseChangelog(textOf(policy.changelog) ?? ''), version);
  const bump = section.is === 'ok' ? judge(facts, { section: section.value, previous, textOf }) : undefined;
  const wrong = bump?.problems.filter(({ weight }) => weight === 'wrong') ?? [];
  const isExcused = facts.bumpReason !== undefined;
  const excuse = ` (allowed: ${facts.bumpReason ?? ''})`;
  const text = textsOf(policy.changelog).head ?? '';
  return {
    previous,
    changes: section.is === 'ok' ? sectionText(section.value) : undefined,
    files,
    bump,
    problems: [
      ...refused,
      ...(isExcused || bump === undefined ? [] : wrong.map(({ message }) => bumpProblem(message, bump))),
    ],
    doubts: [
      ...(isExcused ? wrong.map(({ message }) => message + excuse) : []),
      ...(bump?.problems.flatMap(({ weight, message }) => (weight === 'doubtful' ? [message] : [])) ?? []),
      ...loweredVersions(facts.versionFiles, versionInside(version), textsOf),
    ],
    defects: lintChangelog(parseChangelog(text), { versions: tagged, today: date.today, source: policy.source }),
  };
}

/** The problem that a step of a wrong size is. */
export function bumpProblem(message: string, { suggested }: BumpJudgement): DocumentProblem {
  const hint = `Take ${formatVersion(suggested)} or a higher one, mend what the documents declare, or prepare it with --bump-reason "TEXT"`;
  return { message, hint };
}

function planFiles(facts: PreparationFacts): readonly Planned[] {
  const { version, kind, policy, textsOf, notes } = facts;
  const core = coreVersion(version);
  const changelog = { path: policy.changelog, ...textsOf(policy.changelog) };
  const isRequired = policy.upgradingRequired.includes(kind);
  const upgrading =
    policy.upgrading === undefined
      ? notesWithoutFile(notes)
      : planNotes({ path: policy.upgrading, ...textsOf(policy.upgrading) }, { version: core, notes, isRequired });
  return [
    ...(kind === 'rc'
      ? planUnreleased(changelog, version)
      : [planChangelog(changelog, { ...facts, source: policy.source })]),
    ...(upgrading === undefined ? [] : [upgrading]),
    ...planVersionFiles(facts.versionFiles, versionInside(version), textsOf),
  ];
}

/** A release candidate leaves the changelog as it is, but there must be something in it. */
function planUnreleased({ path, head }: FileTexts & { readonly path: string }, version: Version): readonly Planned[] {
  const found = changesFor(parseChangelog(head ?? ''), version);
  if (found.is === 'ok') return [];
  const reason = head === undefined ? 'is not committed' : found.reason;
  const hint =
    'Write what is new since the last stable version under "## [Unreleased]", commit it, and run the command again';
  return [{ is: 'refused', problems: [{ message: `${quote(path)} ${reason}`, hint }] }];
}

function notesWithoutFile(notes: UpgradingFields | undefined): Planned | undefined {
  if (notes === undefined) return undefined;
  const message = 'upgrading notes are given, but the policy says that the project keeps none';
  return { is: 'refused', problems: [{ message, hint: 'Name a file as "upgrading" in cutwater.yaml' }] };
}

function judge(
  { version, policy, subjects }: PreparationFacts,
  found: {
    readonly section: Section;
    readonly previous: Version | undefined;
    readonly textOf: (path: string) => string | undefined;
  },
): BumpJudgement {
  const { section, previous, textOf } = found;
  const path = policy.upgrading;
  const notes = path === undefined ? undefined : judgeNotes(textOf(path), { path, version: coreVersion(version) });
  const upgrading = notes?.entry?.fields;
  return judgeBump({ asked: version, previous, declared: declaredChanges(section), upgrading, subjects });
}
