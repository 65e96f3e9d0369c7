import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trust } from '../../domain/trust.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { SigningKey } from '../../ports/signing-setup.ts';
import { judgeCommittedKey, judgeSigningKey } from './examine-signing.ts';

const fingerprint = 'AB'.repeat(20);
const other = 'CD'.repeat(20);
const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const now = Date.UTC(2026, 0, 1) / 1000;

function judge(key: SigningKey, formats = 'openpgp', change: Partial<Trust['maintainers'][number]> = {}) {
  const policy = parsePolicy(
    `project: tiny
signatures: { formats: [${formats}] }
trust: { maintainers: [{ name: Ada, openpgp: { fingerprint: ${fingerprint}, keyFile: ada.asc }, revoked: true }] }
images: [{ build: { dockerfile: Dockerfile } }]
`,
    { file: 'x' },
  );
  const ada = {
    name: 'Ada',
    key: { kind: 'openpgp', fingerprint, material: new Uint8Array() },
    revoked: false,
  } as const;
  const bo = { name: 'Bo', key: { kind: 'ssh', publicKey: sshKey }, revoked: false } as const;
  const trust = { origin: 'main:cutwater.yaml', maintainers: [{ ...ada, ...change }, bo], ci: [] };
  return judgeSigningKey(key, { policy, trust, now });
}

const openpgp = { is: 'openpgp', fingerprint, expiresAt: undefined, fault: undefined } as const;

void test("a maintainer's key that can sign is right", () => {
  assert.equal(judge(openpgp).is, 'passed');
  assert.equal(judge({ is: 'ssh', publicKey: sshKey }, 'openpgp, ssh').is, 'passed');
});

for (const [what, check, says] of [
  [
    'no key',
    judge({ is: 'none', format: 'openpgp' }),
    new RegExp(`as "Ada": .*'git config user\\.signingkey ${fingerprint}'`),
  ],
  [
    'an unusable key',
    judge({ is: 'unusable', format: 'ssh', reason: 'is not there', mend: 'do it' }),
    /is not there; run 'do it'/,
  ],
  [
    'a key of a format that does not count',
    judge({ is: 'ssh', publicKey: sshKey }),
    /signs with SSH, signatures\.formats allows openpgp; .*git config gpg\.format openpgp/,
  ],
  [
    "a stranger's key",
    judge({ ...openpgp, fingerprint: other }),
    new RegExp(`${other}, which is no maintainer's in "main:cutwater\\.yaml"`),
  ],
  ['a key marked as revoked', judge(openpgp, 'openpgp', { revoked: true }), /is revoked in/],
  ['a key that counts no more', judge(openpgp, 'openpgp', { notAfter: now - 1 }), /counts only until 2025-12-31/],
  [
    'an expired key',
    judge({ ...openpgp, fault: 'has expired' }),
    new RegExp(`has expired; run 'gpg --quick-set-expire ${fingerprint} 1y'`),
  ],
] as const)
  void test(`${what} is said with what mends it, and stops nobody else`, () => {
    assert.equal(check.is, 'warning');
    assert.match(check.says, says);
  });

void test('the committed half of a key must hold the pinned one; when it has expired or will soon, that is said', () => {
  const about = {
    subject: 'public key of Ada',
    now,
    keyFile: 'ada.asc',
    write: "'gpg --armor --export X > ada.asc', and commit it",
  };
  const key = { fingerprint, expiresAt: undefined, fault: undefined };
  const verdict = (found: Parameters<typeof judgeCommittedKey>[0]) => {
    const { is, says } = judgeCommittedKey(found, about);
    return `${is}: ${says}`;
  };
  assert.match(verdict(key), /^passed: "ada\.asc" holds it/);
  assert.match(verdict({ ...key, expiresAt: now + 40 * 86400 }), /^passed: .* until 2026-02-10$/);
  assert.match(
    verdict({ ...key, expiresAt: now + 20 * 86400 }),
    /^warning: .*expires on 2026-01-21; .*--quick-set-expire.*--armor --export/,
  );
  assert.match(verdict({ ...key, fault: 'has expired' }), /^warning: .*has expired: what it signed counts no more/);
  assert.match(verdict(undefined), /^failed: .*does not hold the key that is pinned; .*--armor --export X/);
});
