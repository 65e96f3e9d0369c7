// Writes schema/cutwater.schema.json from the policy's schema; with --check it only compares and exits with 1 on drift.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { policyJsonSchema } from '../src/policy/json-schema.ts';

const path = fileURLToPath(new URL('../schema/cutwater.schema.json', import.meta.url));
const options = (await resolveConfig(path)) ?? {};
const wanted = await format(JSON.stringify(policyJsonSchema()), { ...options, parser: 'json' });

if (process.argv.includes('--check')) {
  const found = await readFile(path, 'utf8').catch(() => '');
  if (found !== wanted) {
    console.error("schema/cutwater.schema.json is not what the policy's schema says: run 'node tools/write-schema.ts'");
    process.exitCode = 1;
  }
} else {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, wanted);
}
