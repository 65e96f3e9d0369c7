import type { Version } from '../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from '../domain/version.ts';
import { subjectsHint } from './commit-subjects.ts';
import type { DeclaredChanges } from './declared-changes.ts';
import type { UpgradingFields } from './upgrading-fields.ts';

/** SemVer 2.0.0: which number goes up. */
export type BumpLevel = 'major' | 'minor' | 'patch';

export interface BumpFacts {
  /** The version the maintainer wants; of a release candidate its core counts. */
  readonly asked: Version;
  /** The highest stable version below, in the line this one continues; undefined for the first release. */
  readonly previous: Version | undefined;
  readonly declared: DeclaredChanges;
  /** Undefined where the project keeps no upgrading notes or has none for this version. */
  readonly upgrading: UpgradingFields | undefined;
  /** First lines of the commits since `previous`. A hint only. */
  readonly subjects?: readonly string[];
}

export interface BumpProblem {
  readonly code:
    | 'not-higher'
    | 'too-small'
    | 'skips-versions'
    | 'nothing-declared'
    | 'breaking-only-in-changelog'
    | 'breaking-only-in-upgrading'
    | 'commits-say-more';
  /** `wrong` breaks the written rule; `doubtful` is for the maintainer to look at. */
  readonly weight: 'wrong' | 'doubtful';
  /** One sentence without a final period. */
  readonly message: string;
}

export interface BumpJudgement {
  /** The lowest version the declared changes allow; the maintainer decides. */
  readonly suggested: Version;
  readonly level: BumpLevel;
  /** Why it is not lower, one sentence without a final period each. */
  readonly because: readonly string[];
  readonly problems: readonly BumpProblem[];
}

/**
 * Judges a version against what the changelog and the upgrading notes declare. From 1.0.0 on: MAJOR for what breaks,
 * MINOR for additions, PATCH for fixes. Below 1.0.0 MINOR may break, and PATCH holds fixes and safe additions only.
 */
export function judgeBump(facts: BumpFacts): BumpJudgement {
  const { previous } = facts;
  const asked = coreVersion(facts.asked);
  const { level, because } = requiredLevel(facts);
  const suggested = previous === undefined ? asked : bump(previous, level);
  return {
    suggested,
    level,
    because,
    problems: [...sizeProblems({ asked, previous, suggested, because }), ...declarationProblems(facts, level)],
  };
}

/** The next version of a level; below 1.0.0 a breaking change raises MINOR. A prerelease counts as its core. */
export function bump(previous: Version, level: BumpLevel): Version {
  const { major, minor, patch } = previous;
  if (releaseClassOf(previous) !== 'stable') return coreVersion(previous);
  if (level === 'patch') return { major, minor, patch: patch + 1, prerelease: [] };
  if (level === 'minor' || major === 0) return { major, minor: minor + 1, patch: 0, prerelease: [] };
  return { major: major + 1, minor: 0, patch: 0, prerelease: [] };
}

interface Reason {
  readonly level: BumpLevel;
  readonly text: string;
}

function requiredLevel(facts: BumpFacts): { readonly level: BumpLevel; readonly because: readonly string[] } {
  const isPreStable = (facts.previous ?? facts.asked).major === 0;
  const reasons = [
    ...changelogReasons(facts.declared, isPreStable ? 'below-1' : 'from-1'),
    ...upgradingReasons(facts.upgrading),
  ];
  const level =
    (['major', 'minor'] as const).find((wanted) => reasons.some((reason) => reason.level === wanted)) ?? 'patch';
  return { level, because: reasons.filter((reason) => reason.level === level).map(({ text }) => text) };
}

function changelogReasons({ categories, breaking }: DeclaredChanges, era: 'below-1' | 'from-1'): readonly Reason[] {
  const marked = breaking.map(({ line }): Reason => {
    return { level: 'major', text: `The changelog marks a breaking change (line ${line})` };
  });
  const named = categories.map((category): Reason => {
    return { level: levels[category][era], text: `The changelog has something under ${category}` };
  });
  return [...marked, ...named];
}

// What is removed or changed may need a look at the notes, and PATCH must be safe without reading them.
const levels = {
  Removed: { 'below-1': 'major', 'from-1': 'major' },
  Changed: { 'below-1': 'minor', 'from-1': 'minor' },
  Deprecated: { 'below-1': 'minor', 'from-1': 'minor' },
  Added: { 'below-1': 'patch', 'from-1': 'minor' },
  Fixed: { 'below-1': 'patch', 'from-1': 'patch' },
  Security: { 'below-1': 'patch', 'from-1': 'patch' },
} as const;

function upgradingReasons(upgrading: UpgradingFields | undefined): readonly Reason[] {
  if (upgrading === undefined) return [];
  const reasons: Reason[] = [];
  if (upgrading.breaking.length > 0)
    reasons.push({ level: 'major', text: 'The upgrading notes declare a breaking change' });
  for (const { change, name, formerName } of upgrading.environment)
    if (change !== 'added')
      reasons.push({ level: 'major', text: `The environment variable ${formerName ?? name} is ${change}` });
  if (upgrading.wayBack === 'restore')
    reasons.push({ level: 'minor', text: 'The way back needs a restore, so upgrading is not safe unread' });
  return reasons;
}

function sizeProblems(facts: {
  readonly asked: Version;
  readonly previous: Version | undefined;
  readonly suggested: Version;
  readonly because: readonly string[];
}): readonly BumpProblem[] {
  const { asked, previous, suggested, because } = facts;
  if (previous === undefined) return [];
  const name = formatVersion(asked);
  const before = formatVersion(previous);
  if (compareVersions(asked, previous) <= 0)
    return [{ code: 'not-higher', weight: 'wrong', message: `${name} is not higher than ${before}` }];
  const problems: BumpProblem[] = [];
  if (compareVersions(asked, suggested) < 0) {
    const message = `${name} is too small after ${before}, ${formatVersion(suggested)} is wanted: ${because.join('; ')}`;
    problems.push({ code: 'too-small', weight: 'wrong', message });
  }
  const { major, minor, patch } = previous;
  const successors = [`${major}.${minor}.${patch + 1}`, `${major}.${minor + 1}.0`, `${major + 1}.0.0`];
  if (releaseClassOf(previous) === 'stable' && !successors.some((successor) => successor === name)) {
    const message = `${name} does not follow ${before}, which leaves ${successors.join(', ')}`;
    problems.push({ code: 'skips-versions', weight: 'doubtful', message });
  }
  return problems;
}

function declarationProblems(facts: BumpFacts, level: BumpLevel): readonly BumpProblem[] {
  const { declared, upgrading } = facts;
  const problems: BumpProblem[] = [];
  const add = (code: BumpProblem['code'], weight: BumpProblem['weight'], message: string): void => {
    problems.push({ code, weight, message });
  };
  const inChangelog = declared.breaking.length > 0 || declared.categories.includes('Removed');
  const inUpgrading = upgradingReasons(upgrading).some((reason) => reason.level === 'major');
  if (declared.categories.length === 0 && declared.breaking.length === 0)
    add(
      'nothing-declared',
      'doubtful',
      'The changelog declares no change in any of its categories, so the size of the step cannot be judged',
    );
  if (upgrading !== undefined && declared.breaking.length > 0 && !inUpgrading)
    add(
      'breaking-only-in-changelog',
      'wrong',
      'The changelog marks a breaking change, the upgrading notes declare none',
    );
  if (inUpgrading && !inChangelog)
    add(
      'breaking-only-in-upgrading',
      'doubtful',
      'The upgrading notes declare what breaks, the changelog does not mark it',
    );
  const hint = subjectsHint(facts.subjects ?? []);
  if (hint !== undefined && ranks[hint.level] > ranks[level])
    add('commits-say-more', 'doubtful', `The commit ${hint.subject} speaks of more than the changelog declares`);
  return problems;
}

const ranks = { patch: 0, minor: 1, major: 2 } as const;
