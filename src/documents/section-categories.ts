import type { Category, Section } from './changelog.ts';
import { categories, saysSomething } from './changelog.ts';
import type { MarkdownLine } from './markdown-lines.ts';
import { headingOf } from './markdown-lines.ts';

/** A heading inside a section, with what stands below it. */
export interface SectionPart {
  /** 1-based. */
  readonly line: number;
  /** Undefined for what stands above the first heading. */
  readonly title: string | undefined;
  readonly level: number;
  readonly category: Category | undefined;
  readonly lines: readonly MarkdownLine[];
  readonly saysSomething: boolean;
}

/**
 * The parts of a section. A part begins at a heading one level below the section's, or at the name of a category on any
 * level; deeper headings belong to their part.
 */
export function splitCategories(section: Section): readonly SectionPart[] {
  const first = section.line + section.headingLines.length;
  const starts = section.body.flatMap((line, index) => {
    const heading = headingOf(line);
    const category = heading && readCategory(heading.text);
    const isStart = heading !== undefined && (heading.level <= section.level + 1 || category !== undefined);
    return isStart ? [{ index, title: heading.text, level: heading.level, category }] : [];
  });
  const all = [{ index: -1, title: undefined, level: section.level, category: undefined }, ...starts];
  return all.map(({ index, title, level, category }, at) => {
    const lines = section.body.slice(index + 1, all[at + 1]?.index);
    return { line: first + index, title, level, category, lines, saysSomething: saysSomething(lines) };
  });
}

/** `fixed:`, `Fixes` and `**Fixed**` are all `Fixed`. */
function readCategory(title: string): Category | undefined {
  const word = title.replaceAll(/[*_:]/g, '').trim().toLowerCase();
  return categories.find((category) => category.toLowerCase() === (nearMisses.get(word) ?? word));
}

const nearMisses: ReadonlyMap<string, string> = new Map([
  ['add', 'added'],
  ['additions', 'added'],
  ['features', 'added'],
  ['new features', 'added'],
  ['changes', 'changed'],
  ['updated', 'changed'],
  ['deprecations', 'deprecated'],
  ['remove', 'removed'],
  ['removals', 'removed'],
  ['fixes', 'fixed'],
  ['bug fixes', 'fixed'],
  ['bugfixes', 'fixed'],
]);
