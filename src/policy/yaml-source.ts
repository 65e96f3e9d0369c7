import type { Document, Node, ParsedNode } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { escapeText, quote } from '../domain/quote.ts';
import type { PolicyProblem, ProblemPath } from './policy-problem.ts';

/** A YAML 1.2 file as data, with the place of everything in it. */
export interface YamlSource {
  readonly value: unknown;
  /** What is wrong with the YAML itself. */
  readonly problems: readonly PolicyProblem[];
  /** False where the YAML is so broken that its data would only raise false alarms. */
  readonly usable: boolean;
  /** Where a field is, or where its parent is when it is missing. */
  placeOf(path: ProblemPath, what: 'key' | 'value'): number;
  /** The scalar as it is written, such as `0755`; undefined for anything else. */
  writtenAt(path: ProblemPath): string | undefined;
  /** Line and column, from 1, of a place. */
  positionOf(place: number): { readonly line: number; readonly column: number };
}

/** Characters of the largest file that is read. */
const sizeLimit = 64 * 1024;
const aliasLimit = 20;

/** Reads YAML 1.2 (core schema): one document, text keys, no duplicates, few aliases. Never throws. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  if (text.length > sizeLimit) return tooLarge(text.length);
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // Not `silent`: that would hide a second document.
    logLevel: 'error',
  });
  const found = syntaxProblems(document);
  const aliases = found.usable ? aliasProblems(document) : [];
  const usable = found.usable && aliases.length === 0;
  const contents = document.contents;
  return {
    value: usable ? toData(document) : undefined,
    problems: [...found.problems, ...aliases],
    usable,
    placeOf: (path, what) => (contents === null ? 0 : placeIn(contents, path, what)),
    writtenAt: (path) => (contents === null ? undefined : writtenIn(contents, path)),
    positionOf: (place) => {
      const { line, col } = lines.linePos(place);
      return { line: Math.max(line, 1), column: Math.max(col, 1) };
    },
  };
}

function tooLarge(length: number): YamlSource {
  return {
    value: undefined,
    problems: [{ path: [], found: `${length} characters`, wanted: `at most ${sizeLimit}`, place: 0 }],
    usable: false,
    placeOf: () => 0,
    writtenAt: () => undefined,
    positionOf: () => ({ line: 1, column: 1 }),
  };
}

function syntaxProblems(document: Document.Parsed): {
  readonly problems: readonly PolicyProblem[];
  readonly usable: boolean;
} {
  const problems: PolicyProblem[] = [...document.errors, ...document.warnings].map((error) => {
    const known = sentences[error.code];
    return {
      path: [],
      place: error.pos[0],
      found: known?.found ?? escapeText(lowerFirst(error.message)),
      wanted: known?.wanted ?? 'YAML 1.2',
    };
  });
  const { version, explicit } = document.directives.yaml;
  if (explicit && version !== '1.2')
    problems.unshift({ path: [], place: 0, found: `a %YAML ${version} line`, wanted: 'YAML 1.2' });
  const harmless = document.errors.every(({ code }) => code === 'DUPLICATE_KEY') && document.warnings.length === 0;
  // One slip, such as a missing quote, can raise thousands of errors; the first ones say what is wrong.
  return {
    problems: harmless ? problems : problems.slice(0, 10),
    usable: harmless && (!explicit || version === '1.2'),
  };
}

const sentences: Readonly<Record<string, { readonly found: string; readonly wanted: string }>> = {
  DUPLICATE_KEY: { found: 'a field that is there already', wanted: 'each field once' },
  TAB_AS_INDENT: { found: 'a tab', wanted: 'spaces before a field' },
  MULTIPLE_DOCS: { found: 'a second document after "---"', wanted: 'one document' },
  NON_STRING_KEY: { found: 'a field whose name is no text', wanted: 'a text as name' },
  RESOURCE_EXHAUSTION: { found: 'values nested too deeply', wanted: 'the few levels a policy has' },
};

function aliasProblems(document: Document.Parsed): readonly PolicyProblem[] {
  const places: PolicyProblem[] = [];
  let count = 0;
  visit(document, {
    Alias(_, alias) {
      count += 1;
      const place = alias.range?.[0] ?? 0;
      if (count > aliasLimit) {
        places.push({ path: [], place, found: `more than ${aliasLimit} aliases`, wanted: 'values written out' });
        // Looking up each of many aliases would itself take very long.
        return visit.BREAK;
      }
      const target = alias.resolve(document);
      if (target === undefined)
        places.push({
          path: [],
          place,
          found: `an alias without its anchor, ${quote(`*${alias.source}`)}`,
          wanted: 'the value itself',
        });
      else if (holdsAlias(target))
        places.push({ path: [], place, found: 'an alias of something that holds aliases', wanted: 'the value itself' });
      return undefined;
    },
    Node(_, node) {
      if (
        node.tag !== undefined &&
        (node.tag === '!' || !/^tag:yaml\.org,2002:(?:map|seq|str|int|float|bool|null)$/.test(node.tag))
      )
        places.push({
          path: [],
          place: node.range?.[0] ?? 0,
          found: `the YAML tag ${quote(node.tag.replace('tag:yaml.org,2002:', '!!'))}`,
          wanted: 'a plain value',
        });
    },
  });
  return places;
}

// An alias inside what an alias names would multiply, or never end.
function holdsAlias(node: Node): boolean {
  let found = false;
  visit(node, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function toData(document: Document.Parsed): unknown {
  const data: unknown = document.toJS({ maxAliasCount: aliasLimit * 1000 });
  return data;
}

function placeIn(root: ParsedNode, path: ProblemPath, what: 'key' | 'value'): number {
  let node: Node | null = root;
  let place = root.range[0];
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) return place;
      place = startOf(pair.key) ?? place;
      const value: unknown = pair.value;
      node = isNode(value) ? value : null;
    } else if (isSeq(node) && typeof part === 'number') {
      const item: unknown = node.items[part];
      if (!isNode(item)) return place;
      place = startOf(item) ?? place;
      node = item;
    } else return place;
    if (last && what === 'value' && !isEmptyScalar(node)) place = startOf(node) ?? place;
  }
  return place;
}

function writtenIn(root: ParsedNode, path: ProblemPath): string | undefined {
  const node: unknown = path.length === 0 ? root : isMap(root) || isSeq(root) ? root.getIn(path, true) : undefined;
  return isScalar(node) ? node.source : undefined;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function isEmptyScalar(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '');
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
