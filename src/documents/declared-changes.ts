import type { Category, Section } from './changelog.ts';
import { categories } from './changelog.ts';
import { withoutComments } from './markdown-lines.ts';
import { splitCategories } from './section-categories.ts';

/** What a section of the changelog declares. */
export interface DeclaredChanges {
  /** Those with something below, in the order of Keep a Changelog 1.1.0. */
  readonly categories: readonly Category[];
  readonly breaking: readonly BreakingMark[];
}

export interface BreakingMark {
  /** 1-based line of the file. */
  readonly line: number;
  readonly text: string;
}

/**
 * Reads which categories of a section say something, and which entries are marked as breaking: `**Breaking**`,
 * `BREAKING:`, `*breaking*`, `[breaking]`, or anything below a heading "Breaking changes". "No breaking changes" is none.
 */
export function declaredChanges(section: Section): DeclaredChanges {
  const parts = splitCategories(section).filter((part) => part.saysSomething);
  const found = new Set(parts.map(({ category }) => category));
  const breaking = parts.flatMap(({ line, title, lines }) => {
    const isAllBreaking = title !== undefined && /^\W*breaking\b/i.test(title);
    return lines.flatMap((item, index): readonly BreakingMark[] => {
      const text = withoutComments(item.text).trim();
      const isShown = item.place === 'block' || item.place === 'list';
      const isEntry = item.place === 'block' || /^(?:[-*+]|\d{1,9}[.)])\s/.test(item.text);
      const isMarked = isMarkedBreaking(text) || (isAllBreaking && isEntry && !declaresNothing(text));
      return isShown && text !== '' && isMarked ? [{ line: line + index + 1, text }] : [];
    });
  });
  return { categories: categories.filter((category) => found.has(category)), breaking };
}

/** Whether a line says that there is nothing: "None.", "No known breaking changes.", "n/a", "-". */
export function declaresNothing(text: string): boolean {
  const plain = text
    .slice(0, 200)
    .replaceAll(/[*_`]/g, '')
    .replace(/^[-+]\s/, '')
    .trim();
  return /^(?:none|nothing|n\/a|not applicable|[-–—]|no (?:known |new )?[a-z, ]*(?:changes?|variables?|migrations?|steps?)[a-z, ]*)\.?$/i.test(
    plain,
  );
}

function isMarkedBreaking(text: string): boolean {
  const line = text.slice(0, 2000);
  const mark =
    /(?:[*_]{1,3}|[[(])[^\w*_[(]{0,4}breaking(?:[ -]changes?)?\b/i.exec(line) ??
    /\bBREAKING(?:[ -]CHANGES?)?\b/.exec(line) ??
    /^(?:[-*+]|\d{1,9}[.)])?\s*\W{0,4}breaking(?:[ -]changes?)?\s?[:!]/i.exec(line);
  return mark !== null && !/\b(?:no|not|non|without)\b[^.]{0,20}$/i.test(line.slice(0, mark.index));
}
