import { quote } from '../domain/quote.ts';

/** What the subjects of commits hint at, if they follow Conventional Commits 1.0.0. */
export interface SubjectsHint {
  readonly level: 'major' | 'minor' | 'patch';
  /** The first subject of this level, quoted. */
  readonly subject: string;
}

/** The highest level any subject hints at; undefined where none is conventional. Only first lines are read. */
export function subjectsHint(subjects: readonly string[]): SubjectsHint | undefined {
  const hints = subjects.flatMap((subject) => hintOf(subject) ?? []);
  return (['major', 'minor', 'patch'] as const)
    .map((level) => hints.find((hint) => hint.level === level))
    .find((hint) => hint !== undefined);
}

function hintOf(subject: string): SubjectsHint | undefined {
  const [, type, bang] = /^([a-z]{1,20})(?:\([^()]{1,100}\))?(!)?: \S/i.exec(subject) ?? [];
  if (type === undefined) return undefined;
  if (bang !== undefined) return { level: 'major', subject: quote(subject) };
  const level = { feat: 'minor', fix: 'patch', perf: 'patch' } as const;
  const word = type.toLowerCase();
  return word === 'feat' || word === 'fix' || word === 'perf'
    ? { level: level[word], subject: quote(subject) }
    : undefined;
}
