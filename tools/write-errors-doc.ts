import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorsDocument } from './errors-document.ts';
import { repositoryRoot, runCheck } from './run-check.ts';

const document = join('docs', 'errors.md');

/** docs/errors.md is what the catalogue gives today. */
export async function checkErrorsDocument(root: string): Promise<readonly string[]> {
  const written = await readFile(join(root, document), 'utf8').catch(() => '');
  return written === errorsDocument() ? [] : [`${document}: is out of date; run 'node tools/write-errors-doc.ts'`];
}

if (import.meta.main) {
  if (process.argv.includes('--check')) await runCheck(checkErrorsDocument);
  else await writeFile(join(repositoryRoot, document), errorsDocument());
}
