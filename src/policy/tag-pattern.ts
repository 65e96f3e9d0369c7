import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/** Longest pattern, in characters. */
const patternLimit = 200;

/**
 * Reads a regular expression (JavaScript, flag `u`, unanchored) of tag names that belong to other streams. Refused are
 * patterns that may take exponential time on a hostile name, and those that would hide the project's own decisions: an
 * ignored `withdrawn/...` tag would bring a withdrawn version back.
 */
export function parseTagPattern(text: string): Parsed<RegExp> {
  if (text.length > patternLimit) return refuse(`is longer than ${patternLimit} characters`);
  const pattern = compile(text);
  if (pattern === undefined) return refuse('is not a regular expression of JavaScript with the flag "u"');
  const reason = slowReason(text);
  if (reason !== undefined) return refuse(reason);
  const decision = decisionProbes.find((name) => pattern.test(name));
  if (decision !== undefined) return refuse(`matches ${decision} too, and such a decision must never be ignored`);
  if (releaseProbes.every((name) => pattern.test(name))) return refuse('matches every release tag');
  return accept(pattern);
}

/** Whether a tag belongs to another stream. Names above 512 characters never do, so that no name can cost time here. */
export function isIgnoredTag(name: string, patterns: readonly RegExp[]): boolean {
  return name.length <= 512 && patterns.some((pattern) => pattern.test(name));
}

const releaseProbes: readonly string[] = ['v0.1.0', 'v0.4.1', 'v1.0.0', 'v1.2.3', 'v2.10.0', 'v10.20.30'];
const decisionProbes: readonly string[] = [
  'withdrawn/v1.2.3/1',
  'withdrawn/v0.4.0/12',
  'restored/v1.2.3/1',
  'restored/v0.4.0/12',
  'checkpoint/1',
  'checkpoint/12',
];

function compile(text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'u');
  } catch {
    return undefined;
  }
}

/**
 * A rule of thumb on the safe side: a group repeated often may hold neither another repetition nor alternatives,
 * repetitions may not follow each other directly, and there are few of them and few choices in all, since a hostile name
 * can make the engine try every combination. `text` is known to compile.
 */
function slowReason(text: string): string | undefined {
  const open: Group[] = [emptyGroup()];
  let unbounded = 0;
  let afterRepetition = false;
  for (const { atom, closes, quantifier } of readAtoms(text)) {
    const group = closes ? open.pop() : undefined;
    const repeated = isUnbounded(quantifier);
    if (/^\\(?:[1-9]|k)/.test(atom)) return 'has a back-reference, which may take very long on a hostile name';
    if (group !== undefined && isMany(quantifier) && (group.repeats || group.branches))
      return 'repeats a group that itself repeats or branches, which may take very long on a hostile name';
    if (repeated && afterRepetition)
      return 'has two repetitions side by side, which may take very long on a hostile name';
    if (repeated) unbounded += 1;
    if (unbounded > 6) return 'has more than six repetitions';
    const current = open.at(-1);
    if (current !== undefined) addTo(current, { atom, quantifier, group });
    if (current !== undefined && current.choices > choiceLimit) return 'has too many optional parts and alternatives';
    if (atom.startsWith('(')) open.push(emptyGroup());
    afterRepetition = repeated || (afterRepetition && isOptional(quantifier));
  }
  return undefined;
}

/** 2^24 combinations are tried in a blink; each further choice doubles them. */
const choiceLimit = 24;

interface Group {
  repeats: boolean;
  branches: boolean;
  /** Optional parts and alternatives, times the repetitions of their groups. */
  choices: number;
}

function emptyGroup(): Group {
  return { repeats: false, branches: false, choices: 0 };
}

function addTo(
  current: Group,
  part: { readonly atom: string; readonly quantifier: string; readonly group: Group | undefined },
): void {
  const { atom, quantifier, group } = part;
  current.repeats ||= isUnbounded(quantifier) || group?.repeats === true;
  current.branches ||= atom === '|' || group?.branches === true;
  const times = isUnbounded(quantifier) ? 1 : upperBound(quantifier);
  current.choices += (atom === '|' || isVariable(quantifier) ? 1 : 0) + (group?.choices ?? 0) * times;
}

interface Atom {
  readonly atom: string;
  readonly closes: boolean;
  readonly quantifier: string;
}

const atomGrammar =
  /(\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|k<[^>]*>|.)|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\)|.)([*+?]|\{\d+(?:,\d*)?\})?/gsu;

function* readAtoms(text: string): Generator<Atom> {
  for (const [, atom = '', quantifier = ''] of text.matchAll(atomGrammar))
    yield { atom, closes: atom === ')', quantifier };
}

function isUnbounded(quantifier: string): boolean {
  return quantifier === '*' || quantifier === '+' || quantifier.endsWith(',}') || upperBound(quantifier) > 64;
}

function isMany(quantifier: string): boolean {
  return isUnbounded(quantifier) || upperBound(quantifier) > 8;
}

function isVariable(quantifier: string): boolean {
  return quantifier !== '' && !/^\{\d+\}$/.test(quantifier);
}

function isOptional(quantifier: string): boolean {
  return quantifier === '?' || quantifier.startsWith('{0');
}

function upperBound(quantifier: string): number {
  const bounds = /^\{(\d+)(?:,(\d+))?\}$/.exec(quantifier);
  return bounds === null ? 1 : Number(bounds[2] ?? bounds[1]);
}
