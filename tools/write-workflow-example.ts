// Writes examples/rustshare/ci/SYSTEM/ from the policy beside it; with --check it only compares, and exits with 1 where they
// differ.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { workflowsOf } from '../src/ci/workflows.ts';
import { ciSystems } from '../src/policy/ci-schema.ts';
import { parsePolicy } from '../src/policy/parse-policy.ts';

const folder = new URL('../examples/rustshare/', import.meta.url);
const policy = parsePolicy(await readFile(new URL('cutwater.yaml', folder), 'utf8'), { file: 'cutwater.yaml' });

for (const system of ciSystems) {
  const workflows = workflowsOf({ ...policy, ci: { ...policy.ci, system } });
  if (workflows.is === 'refused') throw new Error(workflows.reason);
  const place = new URL(`ci/${system}/`, folder);
  for (const { path, text } of workflows.value.files) {
    const file = new URL(basename(path), place);
    if (!process.argv.includes('--check')) {
      await mkdir(place, { recursive: true });
      await writeFile(file, text);
    } else if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) {
      console.error(`${file.pathname} is not what its policy says: run 'node tools/write-workflow-example.ts'`);
      process.exitCode = 1;
    }
  }
}
