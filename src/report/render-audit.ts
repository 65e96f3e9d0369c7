import { escapeText } from '../domain/quote.ts';
import type { AuditProblemKind } from './audit-problems.ts';
import { streamOf } from './audit-problems.ts';
import type { AuditReport } from './audit.ts';
import type { BackwardMove } from './naive-replay.ts';

/** Rows shown of each list before "and N more". */
const shown = { moves: 5, aliases: 12, examples: 3, contested: 3 } as const;

/**
 * The report for people: the headline first, the next step last, which is another one where the project has a policy
 * already. Lines are escaped and hold no colours.
 */
export function renderAudit(
  report: AuditReport,
  { hasPolicy }: { readonly hasPolicy: boolean } = { hasPolicy: false },
): readonly string[] {
  const sections = [
    headline(report),
    worstMoves(report.naive.moves),
    aliasTable(report),
    tagCounts(report),
    nextStep(report, hasPolicy),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function headline({ verdict, naive, tags, aliases }: AuditReport): readonly string[] {
  if (verdict.is !== 'moved-backwards') return [verdict.sentence];
  const right = aliases.find(({ name }) => name === 'latest')?.version;
  const now =
    naive.latest === right || naive.latest === null || right === undefined
      ? []
      : [`Today it would point at ${naive.latest}; it should point at ${right}.`];
  return [
    verdict.sentence,
    `If any stable tag moves it, ${naive.backwardMoves} of ${tags.strict} stable tags set it below the highest version released before.`,
    `In all, it would have pointed at an older release for ${duration(naive.behindSeconds)}.`,
    ...now,
  ];
}

function worstMoves(moves: readonly BackwardMove[]): readonly string[] {
  if (moves.length === 0) return [];
  const worst = moves.toSorted((left, right) => compareNumbers(stepBack(right), stepBack(left)) || left.at - right.at);
  const rows = worst
    .slice(0, shown.moves)
    .map(({ tag, at, from, to }) => [day(at), escapeText(tag, 40), `${from} -> ${to}`]);
  return ['The longest steps back', ...table(rows), ...more(moves.length - shown.moves)];
}

function aliasTable({ aliases, withdrawn }: AuditReport): readonly string[] {
  if (aliases.length === 0) return [];
  const rows = aliases.slice(0, shown.aliases).map(({ name, version }) => [name, version]);
  const gone = withdrawn.length === 0 ? [] : [`  withdrawn, so no alias points there: ${list(withdrawn)}`];
  return ['Where each alias should point now', ...table(rows), ...more(aliases.length - shown.aliases), ...gone];
}

function tagCounts({ tags, problems, contested }: AuditReport): readonly string[] {
  const counts = [
    `${tags.strict} stable`,
    count(tags.candidates, 'release candidate'),
    `${tags.annotated} annotated`,
    `${tags.signed} signed`,
    ...(tags.ignored === 0 ? [] : [`${tags.ignored} ignored`]),
  ];
  const rows = kinds.flatMap(([kind, title]) => {
    const found = problems.filter(({ problem }) => problem === kind);
    return found.length === 0 ? [] : [[String(found.length), title, list(found.map(({ tag }) => tag))]];
  });
  const claims = contested
    .slice(0, shown.contested)
    .map(({ imageTag, tags: claimants }) => `  image tag ${escapeText(imageTag, 60)} is claimed by ${list(claimants)}`);
  return [
    `${count(tags.total, 'tag')}: ${counts.join(', ')}`,
    ...table(rows),
    ...claims,
    ...more(contested.length - shown.contested),
  ];
}

const kinds: readonly (readonly [AuditProblemKind, string])[] = [
  ['not-semver', 'not SemVer'],
  ['other-stream', 'of other streams'],
  ['prerelease', 'prereleases that are no vX.Y.Z-rc.N'],
  ['lightweight', 'lightweight'],
  ['unsigned', 'annotated, not signed'],
  ['no-commit', 'without a commit'],
];

function nextStep({ verdict, problems }: AuditReport, hasPolicy: boolean): readonly string[] {
  const streams = new Set(
    problems.flatMap(({ tag, problem }) => (problem === 'other-stream' ? [streamOf(tag) ?? ''] : [])),
  );
  const plain = [...streams].filter((stream) => /^[A-Za-z0-9_/-]+$/.test(stream));
  const [first] = plain.toSorted();
  if (first !== undefined)
    return [
      `next: leave other streams out, for example with --ignore '^${plain.length === 1 ? first : '(?!withdrawn/|restored/|checkpoint/).+/'}'`,
    ];
  switch (verdict.is) {
    case 'no-tags':
      return ["next: 'git fetch --tags', or name another repository with --repo"];
    case 'not-semver':
      return [
        `next: tag the next release as vMAJOR.MINOR.PATCH${hasPolicy ? '' : "; 'cutwater init' writes the policy"}`,
      ];
    case 'no-stable':
    case 'never-backwards':
    case 'moved-backwards':
      return [
        hasPolicy
          ? "next: 'cutwater status' shows where each alias is"
          : "next: 'cutwater init' writes a policy under which latest goes back only after a signed withdrawal",
      ];
  }
}

function stepBack({ from, to }: BackwardMove): readonly number[] {
  const right = to.split('.').map(Number);
  return from.split('.').map((part, index) => Number(part) - (right[index] ?? 0));
}

function compareNumbers(left: readonly number[], right: readonly number[]): number {
  const index = left.findIndex((part, position) => part !== right[position]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

function list(names: readonly string[]): string {
  const first = names.slice(0, shown.examples).map((name) => escapeText(name, 60));
  return [...first, ...more(names.length - shown.examples).map((line) => line.trim())].join(', ');
}

function more(left: number): readonly string[] {
  return left > 0 ? [`  and ${left} more`] : [];
}

/** Rows as lines, columns lined up, indented by two. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function duration(seconds: number): string {
  const days = Math.round(seconds / 86_400);
  return days === 0 ? 'less than a day' : count(days, 'day');
}

/** The day in UTC; times no calendar holds are said as such. */
function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'unknown date' : date.toISOString().slice(0, 10);
}
