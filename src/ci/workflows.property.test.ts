import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { propertyRuns } from '../../test/make/property-runs.ts';
import { filesOf, image, workflowPolicy } from '../../test/make/workflow-policy.ts';
import { parseBranchName } from '../policy/branch-pattern.ts';
import { beginsWithVariable } from '../policy/command-words.ts';
import { parseRepositoryPath } from '../policy/repository-path.ts';
import { command, shellWord } from '../report/process-document/shell.ts';
import { isOurs } from './workflow-file.ts';

/** What would do harm in YAML, in an expression or in a shell, among any other text. */
const hostile = fc.constantFrom(
  '${{ secrets.CUTWATER_CI_KEY }}',
  '${{',
  '}}',
  '\n- run: id',
  '\r\n',
  '"; id; "',
  "'; id; '",
  '$(id)',
  '`id`',
  ': ',
  ' #',
  '&a',
  '*a',
  '!!js',
  '|',
  '%{',
  '---',
  '\u2028',
  '\u0085',
  '\ufeff',
  '$CI_JOB_TOKEN',
);
const text = fc
  .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ maxLength: 6 })), { maxLength: 5 })
  .map((parts) => parts.join(''));
const word = text.filter((one) => one !== '' && !one.includes('\0') && one.isWellFormed());
const branch = text.filter((one) => parseBranchName(one).is === 'ok' && isFilled(one) && !one.includes('${{'));
const folder = text.filter((one) => parseRepositoryPath(one).is === 'ok' && isFilled(one) && !one.startsWith('-'));
const setup = fc.array(
  fc.array(word, { minLength: 1, maxLength: 3 }).filter((words) => !beginsWithVariable(words)),
  { maxLength: 3 },
);

function isFilled(one: string): boolean {
  return !/^\s*$|[\p{Cc}\p{Zl}\p{Zp}]/u.test(one);
}

interface Values {
  readonly branch: string;
  readonly folder: string;
  readonly setup: readonly (readonly string[])[];
}

function policyWith(values: Values) {
  return workflowPolicy({
    git: { branch: values.branch },
    images: [image],
    ci: { tool: values.folder, setup: values.setup },
  });
}

function filesWith(values: Values, system: 'github' | 'forgejo' | 'gitlab'): readonly string[] {
  return Object.values(filesOf(policyWith(values), system));
}

/** Keys, and what kind of value each has: what a file says, without what stands in its texts. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const escape = "${{ '${{' }}";

/** The expressions that a system would evaluate, but for those that only give back their beginning. */
function expressionsOf(document: unknown): readonly string[] {
  return textsOf(document)
    .map((one) => one.replaceAll(escape, ''))
    .flatMap((one) => [...one.matchAll(/\$\{\{[\s\S]*?(?:\}\}(?!\})|$)/g)].map(([found]) => found));
}

const values: fc.Arbitrary<Values> = fc.record({ branch, folder, setup });

void test('whatever a policy says, the workflows have the same steps and evaluate the same expressions', () => {
  fc.assert(
    fc.property(values, fc.constantFrom('github', 'forgejo'), (given, system) => {
      const plain = filesWith({ branch: 'main', folder: 'tool', setup: given.setup.map(() => ['true']) }, system);
      for (const [at, file] of filesWith(given, system).entries()) {
        assert.ok(isOurs(file));
        const document: unknown = parse(file);
        const expected: unknown = parse(plain[at] ?? '');
        assert.deepEqual(shapeOf(document), shapeOf(expected));
        assert.deepEqual(expressionsOf(document), expressionsOf(expected));
      }
    }),
    { numRuns: propertyRuns(100) },
  );
});

void test('a command of the policy arrives at the shell word by word', () => {
  fc.assert(
    fc.property(values, fc.constantFrom('github', 'forgejo', 'gitlab'), (given, system) => {
      const document: unknown = parse(filesWith(given, system)[0] ?? '');
      const scripts = textsOf(document).map((one) => (system === 'gitlab' ? one : one.replaceAll(escape, '${{')));
      for (const words of given.setup) {
        const line = command(words).shell;
        assert.ok(scripts.includes(line), line);
      }
      // Nothing that Cutwater depends on runs code before the lock file's digests were compared, or after.
      const installs = scripts.filter((one) => one.endsWith(`--prefix ${shellWord(given.folder)}`));
      assert.ok(installs.length > 0 && installs.every((one) => one.startsWith('npm ci --ignore-scripts ')));
    }),
    { numRuns: propertyRuns(100) },
  );
});

void test('the jobs of GitLab read the same for a reader of YAML 1.1', () => {
  fc.assert(
    fc.property(values, (given) => {
      const [file = ''] = filesWith(given, 'gitlab');
      assert.deepEqual(parse(file, { version: '1.1' }), parse(file));
    }),
    { numRuns: propertyRuns(100) },
  );
});
