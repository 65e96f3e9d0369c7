import { errorCatalogue } from '../src/domain/error-catalogue.ts';
import { runCheck } from './run-check.ts';
import type { SourceFile } from './source-file.ts';
import { isTestFile, readSources } from './source-file.ts';
import { checkErrorsDocument } from './write-errors-doc.ts';

export interface ErrorText {
  readonly when: string;
  readonly hint: string;
}

/** The catalogue keeps its grammar, each code is thrown somewhere, each message says "Cannot ...", the page is current. */
export async function checkErrors(root: string): Promise<readonly string[]> {
  const files = (await readSources(root, ['src'])).filter(({ path }) => !isTestFile(path));
  return [
    ...Object.entries(errorCatalogue).flatMap(([code, entry]) => grammarProblems(code, entry)),
    ...unusedCodes(Object.keys(errorCatalogue), files),
    ...files.flatMap(messageProblems),
    ...(await checkErrorsDocument(root)),
  ];
}

/** Codes are capitals; both texts begin with a capital, end without a period and contract nothing. */
export function grammarProblems(code: string, { when, hint }: ErrorText): readonly string[] {
  const problems = /^[A-Z]+(?:_[A-Z]+)*$/.test(code) ? [] : [`${code}: is not written in capitals`];
  for (const [field, text] of Object.entries({ when, hint })) {
    if (!/^[A-Z]/.test(text)) problems.push(`${code}: its "${field}" does not begin with a capital`);
    if (/[.!]$/.test(text)) problems.push(`${code}: its "${field}" ends with a period`);
    if (/\b\w+n't\b|\b(?:it|that|there)'s\b/i.test(text)) problems.push(`${code}: its "${field}" has a contraction`);
    if (text.length > 140) problems.push(`${code}: its "${field}" is longer than 140 characters`);
  }
  if (noImperative.test(hint)) problems.push(`${code}: its "hint" does not begin with a verb that says what to do`);
  return problems;
}

// There is no list of all verbs; these are the usual ways not to begin with one.
const noImperative =
  /^(?:The|An?|It|Its|You|Your|We|There|This|That|Perhaps|Maybe|Please|If|When|Because|No|Not|One|Some)\b/;

/** Codes that no source names outside the catalogue. */
export function unusedCodes(codes: readonly string[], files: readonly SourceFile[]): readonly string[] {
  const sources = files.filter(({ path }) => path !== 'src/domain/error-catalogue.ts');
  return codes
    .filter((code) => !sources.some(({ text }) => text.includes(`'${code}'`)))
    .map((code) => `${code}: is in the catalogue but nothing throws it`);
}

/** Errors whose message is written at the throw and does not begin with "Cannot" (or a value), or ends with a period. */
export function messageProblems({ path, text }: SourceFile): readonly string[] {
  return [...text.matchAll(/new CutwaterError\(\s*[^,()]+,\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g)].flatMap((match) => {
    const message = match[2] ?? '';
    const place = `${path}:${text.slice(0, match.index).split('\n').length}`;
    if (!/^(?:Cannot [a-z$]|\$\{)/.test(message))
      return [`${place}: the message does not begin with "Cannot" and a verb`];
    return message.endsWith('.') ? [`${place}: the message ends with a period`] : [];
  });
}

if (import.meta.main) await runCheck(checkErrors);
