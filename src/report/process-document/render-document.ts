import type { Block, Chapter, CommandRole, Step } from './document.ts';

const width = 100;

/** Chapters as Markdown, in the style of prettier, ending in a line break. */
export function renderChapters(chapters: readonly Chapter[]): string {
  return `${chapters.map(renderChapter).join('\n\n')}\n`;
}

function renderChapter({ title, blocks, steps }: Chapter): string {
  return [`## ${title}`, ...renderBlocks(blocks), ...steps.map(renderStep)].join('\n\n');
}

function renderStep({ title, blocks }: Step, index: number): string {
  return [`### ${index + 1}. ${title}`, ...renderBlocks(blocks)].join('\n\n');
}

export function renderBlocks(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block, at) => renderBlock(block, blocks[at - 1]));
}

function renderBlock(block: Block, before: Block | undefined): readonly string[] {
  switch (block.kind) {
    case 'paragraph':
      return [wrap(block.text.markdown, '')];
    case 'list':
      return [block.items.map(({ markdown }) => `- ${wrap(markdown, '  ')}`).join('\n')];
    case 'table':
      return [
        table(
          block.head,
          block.rows.map((row) => row.map(({ markdown }) => markdown)),
        ),
      ];
    case 'commands': {
      if (block.lines.length === 0) return [];
      const lead = isAnnounced(before) ? undefined : leads[block.by];
      const lines = block.lines.map(({ shell }) => shell);
      return [...(lead === undefined ? [] : [lead]), fence(block.by, lines)];
    }
  }
}

const leads: Readonly<Record<CommandRole, string | undefined>> = {
  setup: undefined,
  do: undefined,
  ask: undefined,
  hand: 'By hand:',
  ci: 'The release workflow runs:',
  look: 'To see it by hand:',
  alternative: 'Or:',
  rescue: 'By hand:',
};

/** "..., so that it is put right by:" needs no second announcement. */
function isAnnounced(before: Block | undefined): boolean {
  return before?.kind === 'paragraph' && before.text.markdown.endsWith(':');
}

/** The role stands behind the language, where viewers do not show it and programs can read it. */
function fence(role: CommandRole, lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const marks = '`'.repeat(longest + 1);
  return [`${marks}sh ${role}`, ...lines, marks].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll(/(?<!\\)\|/g, String.raw`\|`)));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => lengthOf(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell))).join(' | ')} |`;
  const [first = [], ...others] = cells;
  const rule = `| ${widths.map((count) => '-'.repeat(count)).join(' | ')} |`;
  return [line(first), rule, ...others.map(line)].join('\n');
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Breaks between words, never inside a code span, and never so that a line begins with a mark of its own. */
function wrap(markdown: string, indent: string): string {
  const lines: string[] = [];
  for (const word of wordsOf(markdown)) {
    const line = lines.at(-1);
    const fits = line !== undefined && indent.length + lengthOf(line) + 1 + lengthOf(word) <= width;
    if (line !== undefined && (fits || beginsBlock.test(word))) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${indent}`);
}

const beginsBlock = /^(?:[-+*>=]|#{1,6}$|\d{1,9}[.)]$|`{3}|~{3}|<)/;

function wordsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/(?:(`+)[\s\S]*?[^`]\1(?!`)|\\.|[^\s`])+/g)].map(([word]) => word);
}
