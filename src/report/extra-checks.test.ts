import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { ExtraDocument } from './extra-checks.ts';
import { extraChecks } from './extra-checks.ts';

const at = 'sha256-0.sig';
const signed = { is: 'trusted', on: 'index', at, signer: 'ci' } as const;
const foreign = { is: 'untrusted', on: 'linux/amd64', at, reason: 'no CI key made it' } as const;

test('where nothing is attached nothing is said', () => {
  deepEqual(extraChecks([], 0), []);
});

test('what CI signed passes, counted by kind; what proves nothing is a note, never a failure', () => {
  const type = 'https://slsa.dev/provenance/v1';
  const checks = extraChecks(
    [
      { ...signed, type },
      { ...foreign, type: 'junk' },
      { ...signed, type },
    ],
    0,
  );
  deepEqual(
    checks.map(({ is, says }) => `${is}: ${says}`),
    [
      `passed: no part of the release, signed as CI: 2 times "${type}" on index by ci`,
      `warning: they prove nothing: "junk" on linux/amd64 as ${at}: no CI key made it`,
    ],
  );
});

test('a workflow that signed is called no key', () => {
  const signer = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1.0.0';
  const [check] = extraChecks([{ ...signed, signer, type: 'x' }], 0);
  equal(check?.says, `no part of the release, signed as CI: "x" on index by ${signer}`);
});

test('of many five are shown, and what was not opened is said', () => {
  const many = Array.from({ length: 8 }, (_, number): ExtraDocument => ({ ...foreign, type: `junk ${number}` }));
  const [check] = extraChecks(many, 12);
  const says = check?.says ?? '';
  ok(says.includes('"junk 4"') && !says.includes('"junk 5"'), says);
  ok(says.endsWith('; 3 more; 12 were not opened'), says);
});

test('text of strangers is escaped', () => {
  const [check] = extraChecks([{ ...foreign, type: '\u001b[2J\u202e', reason: 'because\u0007' }], 0);
  equal(/[\p{Cc}\p{Cf}]/u.test(check?.says ?? '\u0007'), false);
});
