import { quote } from '../domain/quote.ts';
import type { Defect } from './changelog-defect.ts';
import type { Section } from './changelog.ts';
import { categories, sectionName } from './changelog.ts';
import { splitCategories } from './section-categories.ts';

/** What is wrong with the headings inside a section: level, unknown names, doubles, nothing below. */
export function lintCategories(section: Section): readonly Defect[] {
  const name = section.heading?.name;
  if (name === undefined || name.kind === 'unreadable') return [];
  const label = sectionName(section) ?? '';
  const seen = new Map<string, number>();
  const wanted = section.level + 1;
  return splitCategories(section).flatMap((part): readonly Defect[] => {
    if (part.title === undefined) return [];
    const at = { line: part.line, section: label };
    const first = seen.get(part.title);
    if (first === undefined) seen.set(part.title, part.line);
    const title = quote(part.title);
    const found: Defect[] = [];
    if (part.category !== undefined && part.level !== wanted)
      found.push({ ...at, code: 'category-level', message: `${title} has level ${part.level}, ${wanted} is wanted` });
    if (part.category !== part.title)
      found.push({ ...at, code: 'category-unknown', message: `${title} is none of ${categories.join(', ')}` });
    if (first !== undefined)
      found.push({ ...at, code: 'category-duplicate', message: `${title} is here a second time, after line ${first}` });
    if (!part.saysSomething) found.push({ ...at, code: 'category-empty', message: `There is nothing below ${title}` });
    return found;
  });
}
