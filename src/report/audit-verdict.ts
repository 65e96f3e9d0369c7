import { escapeText } from '../domain/quote.ts';
import type { AuditProblem } from './audit-problems.ts';

export interface AuditVerdict {
  readonly is: 'no-tags' | 'not-semver' | 'no-stable' | 'never-backwards' | 'moved-backwards';
  /** One sentence for people, without a final period; already escaped. */
  readonly sentence: string;
}

/** The headline of an audit. */
export function judgeHistory(history: {
  /** Tags that were not ignored. */
  readonly total: number;
  readonly strict: number;
  readonly backwardMoves: number;
  readonly problems: readonly AuditProblem[];
}): AuditVerdict {
  const { total, strict, backwardMoves, problems } = history;
  if (total === 0) return { is: 'no-tags', sentence: 'There is no tag to audit' };
  if (strict === 0) return withoutStable(total, problems);
  if (backwardMoves === 0) return { is: 'never-backwards', sentence: 'latest would never have moved backwards' };
  const times = backwardMoves === 1 ? 'once' : `${backwardMoves} times`;
  return { is: 'moved-backwards', sentence: `latest would have moved backwards ${times}` };
}

function withoutStable(total: number, problems: readonly AuditProblem[]): AuditVerdict {
  const foreign = problems.filter(({ problem }) => problem === 'not-semver' || problem === 'other-stream');
  if (foreign.length < total)
    return { is: 'no-stable', sentence: 'There is no stable release yet: no tag is vMAJOR.MINOR.PATCH' };
  const reason = mostCommon(foreign.map((problem) => problem.reason));
  const tags = total === 1 ? 'The only tag is not' : `None of the ${total} tags is`;
  const example = foreign.find((problem) => problem.reason === reason);
  const why = example === undefined ? '' : `; ${escapeText(example.tag, 60)}, for one, ${escapeText(example.reason)}`;
  return {
    is: 'not-semver',
    sentence: `This project's tags are not SemVer at all: ${lowerFirst(tags)} vMAJOR.MINOR.PATCH${why}`,
  };
}

function mostCommon(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, left], [, right]) => right - left)[0]?.[0];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
