/**
 * Whether a regular expression of RE2's syntax is found in a text; undefined where it has something that is not read here
 * (named groups, flags, Unicode classes), or is too much work. What a server says is a pattern runs on no engine that goes
 * back: all positions are followed at once, so that no pattern takes long.
 */
export function searchRegexp(source: string, text: string): boolean | undefined {
  if (source.length > maximumLength) return undefined;
  try {
    const node = parsePattern(source);
    const starts = new Set(Array.from({ length: text.length + 1 }, (_, at) => at));
    return follow(node, starts, { text, budget: { left: maximumWork } }).size > 0;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

const maximumLength = 1000;
const maximumWork = 200_000;
/** RE2 takes no more either. */
const maximumRepeats = 1000;
const maximumDepth = 50;

class Unreadable extends Error {}

type Node =
  | { readonly is: 'character'; readonly accepts: (character: string) => boolean }
  | { readonly is: 'place'; readonly holds: (text: string, at: number) => boolean }
  | { readonly is: 'sequence' | 'choice'; readonly nodes: readonly Node[] }
  | { readonly is: 'repeat'; readonly node: Node; readonly least: number; readonly most: number };

interface Walk {
  readonly text: string;
  readonly budget: { left: number };
}

/** The positions that a match can end at, of those it can start at. */
function follow(node: Node, starts: ReadonlySet<number>, walk: Walk): ReadonlySet<number> {
  walk.budget.left -= starts.size + 1;
  if (walk.budget.left < 0) throw new Unreadable();
  const { text } = walk;
  switch (node.is) {
    case 'character':
      return new Set([...starts].flatMap((at) => (at < text.length && node.accepts(text.charAt(at)) ? [at + 1] : [])));
    case 'place':
      return new Set([...starts].filter((at) => node.holds(text, at)));
    case 'sequence':
      return node.nodes.reduce((ends, next) => follow(next, ends, walk), starts);
    case 'choice':
      return new Set(node.nodes.flatMap((next) => [...follow(next, starts, walk)]));
    case 'repeat':
      return followRepeat(node, starts, walk);
  }
}

function followRepeat(
  { node, least, most }: Extract<Node, { is: 'repeat' }>,
  starts: ReadonlySet<number>,
  walk: Walk,
): ReadonlySet<number> {
  let ends = starts;
  for (let times = 0; times < least && ends.size > 0; times += 1) ends = follow(node, ends, walk);
  const known = new Set(ends);
  for (let times = least; times < most; times += 1) {
    ends = new Set([...follow(node, ends, walk)].filter((at) => !known.has(at)));
    if (ends.size === 0) break;
    for (const at of ends) known.add(at);
  }
  return known;
}

interface Reader {
  readonly source: string;
  at: number;
  depth: number;
}

function parsePattern(source: string): Node {
  const reader = { source, at: 0, depth: 0 };
  const node = parseChoice(reader);
  if (reader.at < source.length) throw new Unreadable();
  return node;
}

function parseChoice(reader: Reader): Node {
  reader.depth += 1;
  if (reader.depth > maximumDepth) throw new Unreadable();
  const nodes = [parseSequence(reader)];
  while (reader.source[reader.at] === '|') {
    reader.at += 1;
    nodes.push(parseSequence(reader));
  }
  reader.depth -= 1;
  return { is: 'choice', nodes };
}

function parseSequence(reader: Reader): Node {
  const nodes: Node[] = [];
  while (reader.at < reader.source.length && !'|)'.includes(reader.source.charAt(reader.at)))
    nodes.push(parseRepeats(reader, parseAtom(reader)));
  return { is: 'sequence', nodes };
}

function parseRepeats(reader: Reader, node: Node): Node {
  const found = /^(?:[*+?]|\{(\d{1,4})(?:(,)(\d{0,4}))?\})\??/.exec(reader.source.slice(reader.at));
  if (found === null) return node;
  reader.at += found[0].length;
  // RE2 refuses to repeat a repetition: `a**`.
  if (/^(?:[*+]|\{\d)/.test(reader.source.slice(reader.at))) throw new Unreadable();
  const [mark, first = '', comma, last = ''] = found;
  if (first === '') {
    const bounds = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] } as const;
    const [least, most] = mark.startsWith('*') ? bounds['*'] : mark.startsWith('+') ? bounds['+'] : bounds['?'];
    return { is: 'repeat', node, least, most };
  }
  const least = Number(first);
  const most = comma === undefined ? least : last === '' ? Infinity : Number(last);
  if (least > maximumRepeats || most < least || (most > maximumRepeats && most !== Infinity)) throw new Unreadable();
  return { is: 'repeat', node, least, most };
}

function parseAtom(reader: Reader): Node {
  const character = next(reader);
  switch (character) {
    case '(':
      return parseGroup(reader);
    case '[':
      return { is: 'character', accepts: parseClass(reader) };
    case '.':
      return { is: 'character', accepts: (one) => one !== '\n' };
    case '^':
      return { is: 'place', holds: (_, at) => at === 0 };
    case '$':
      return { is: 'place', holds: (text, at) => at === text.length };
    case '\\':
      return parseEscape(reader);
    case '*':
    case '+':
    case '?':
      throw new Unreadable();
    default:
      return { is: 'character', accepts: (one) => one === character };
  }
}

function parseGroup(reader: Reader): Node {
  if (reader.source.startsWith('?:', reader.at)) reader.at += 2;
  else if (reader.source[reader.at] === '?') throw new Unreadable();
  const node = parseChoice(reader);
  if (next(reader) !== ')') throw new Unreadable();
  return node;
}

function parseEscape(reader: Reader): Node {
  const letter = reader.source.charAt(reader.at);
  if (letter === 'A' || letter === 'z') {
    reader.at += 1;
    return letter === 'A'
      ? { is: 'place', holds: (_, at) => at === 0 }
      : { is: 'place', holds: (text, at) => at === text.length };
  }
  return { is: 'character', accepts: readEscape(reader) };
}

/** What stands behind a backslash, inside brackets and outside. */
function readEscape(reader: Reader): (character: string) => boolean {
  const letter = next(reader);
  const known = classes.get(letter.toLowerCase());
  if (known !== undefined)
    return letter === letter.toLowerCase() ? (one) => known.test(one) : (one) => !known.test(one);
  if (/[A-Za-z0-9]/.test(letter)) throw new Unreadable();
  return (one) => one === letter;
}

const classes: ReadonlyMap<string, RegExp> = new Map([
  ['d', /[0-9]/],
  ['w', /[0-9A-Za-z_]/],
  ['s', /[\t\n\f\r ]/],
]);

function parseClass(reader: Reader): (character: string) => boolean {
  const isNegated = reader.source[reader.at] === '^';
  if (isNegated) reader.at += 1;
  const parts: ((character: string) => boolean)[] = [];
  for (let isFirst = true; isFirst || reader.source[reader.at] !== ']'; isFirst = false) {
    const first = next(reader);
    if (first === '[' && reader.source[reader.at] === ':') throw new Unreadable();
    if (first === '\\') {
      parts.push(readEscape(reader));
      continue;
    }
    const last = /^-([^\]\\])/.exec(reader.source.slice(reader.at))?.[1];
    if (last !== undefined) reader.at += 2;
    if (last !== undefined && last < first) throw new Unreadable();
    parts.push((one) => (last === undefined ? one === first : one >= first && one <= last));
  }
  reader.at += 1;
  return (one) => parts.some((accepts) => accepts(one)) !== isNegated;
}

function next(reader: Reader): string {
  if (reader.at >= reader.source.length) throw new Unreadable();
  reader.at += 1;
  return reader.source.charAt(reader.at - 1);
}
