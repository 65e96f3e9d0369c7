import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCutwaterError } from '../domain/error.ts';
import { parsePolicy } from './parse-policy.ts';

const fields = [
  'project',
  'git',
  'trust',
  'maintainers',
  'images',
  'build',
  'gates',
  'name',
  'forge',
  'channels',
  'binaries',
  '__proto__',
];
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), tie('tree'), { maxKeys: 4 }),
  ),
}));

test('parsePolicy() answers any text with a policy or with CONFIG_INVALID whose lines are safe to print', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        tree.map((value) => JSON.stringify(value)),
      ),
      (text) => {
        try {
          parsePolicy(text, { file: 'cutwater.yaml' });
        } catch (error) {
          assert.ok(isCutwaterError(error, 'CONFIG_INVALID'), String(error));
          assert.ok(error.details.length > 0);
          for (const line of error.details) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        }
      },
    ),
    { numRuns: 600 },
  );
});
