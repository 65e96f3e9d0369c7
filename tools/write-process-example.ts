// Writes examples/rustshare/release-process.md from the policy beside it; with --check it only compares, and exits with 1
// where they differ.
import { readFile, writeFile } from 'node:fs/promises';
import { parsePolicy } from '../src/policy/parse-policy.ts';
import { rewriteDocument } from '../src/report/process-document/rewrite.ts';

const folder = new URL('../examples/rustshare/', import.meta.url);
const policy = parsePolicy(await readFile(new URL('cutwater.yaml', folder), 'utf8'), { file: 'cutwater.yaml' });
const path = new URL('release-process.md', folder);
const found = await readFile(path, 'utf8').catch(() => undefined);
const page = rewriteDocument(policy, found);
if (page.is === 'refused') throw new Error(`examples/rustshare/release-process.md ${page.reason}`);

if (!process.argv.includes('--check')) await writeFile(path, page.value);
else if (found !== page.value) {
  console.error(
    "examples/rustshare/release-process.md is not what its policy says: run 'node tools/write-process-example.ts'",
  );
  process.exitCode = 1;
}
