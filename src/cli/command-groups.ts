import type { Command } from './command.ts';

/** What the commands of each group are for; one line without a final period, as for a command. */
const summaries: ReadonlyMap<string, string> = new Map([
  ['ci', 'Write or check the workflow files that run releases'],
  ['docs', 'Write or check the process document'],
  ['evidence', 'Sign or show results of validations'],
  ['hotfix', 'Begin or end the branch of a hotfix'],
  ['registry', 'Serve or clean up the embedded registry'],
]);

/** Of the first word of commands of two words. Throws a plain Error for a group that has none, a mistake in the program. */
export function groupSummary(name: string): string {
  const summary = summaries.get(name);
  if (summary === undefined) throw new Error(`no summary for the group ${name}`);
  return summary;
}

/** The commands of a group: `serve`, `password`, `gc`. */
export function wordsOf(group: string, table: readonly Command[]): readonly string[] {
  return table.flatMap(({ name }) => (name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : []));
}

/** The first example of each command of a group. */
export function groupExamples(group: string, table: readonly Command[]): Command['examples'] {
  return table.filter(({ name }) => name.startsWith(`${group} `)).flatMap(({ examples }) => examples.slice(0, 1));
}
