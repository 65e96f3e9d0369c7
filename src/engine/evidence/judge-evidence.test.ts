import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { maintainerOf, makeSshKey } from '../../../test/make/keys.ts';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import { openpgpSignatures } from '../../adapters/gpg/openpgp-signatures.ts';
import { sshSignatures } from '../../adapters/ssh-signature/ssh-signature.ts';
import { tagVerifier } from '../../adapters/tag-verifier/tag-verifier.ts';
import type { EvidenceMessage } from '../../domain/evidence-message.ts';
import { formatEvidenceMessage } from '../../domain/evidence-message.ts';
import { objectId } from '../../domain/object-id.ts';
import { parseTagName } from '../../domain/tag-name.ts';
import type { Maintainer } from '../../domain/trust.ts';
import { readVersion } from '../../domain/version.ts';
import { judgeEvidence } from './judge-evidence.ts';

const now = 1_790_000_000;
const scope = { after };
const [ada, eve] = await Promise.all([makeSshKey(scope), makeSshKey(scope)]);
const repository = await makeGitRepository(scope);
await repository.commit({ 'a.txt': '1' });
const verifier = tagVerifier({ openpgp: openpgpSignatures(), ssh: sshSignatures() });

interface Case {
  readonly change?: Partial<EvidenceMessage>;
  readonly by?: typeof ada;
  readonly message?: string;
  readonly name?: string;
  readonly taggedAt?: number;
  /** What became of Ada's key. */
  readonly key?: Partial<Maintainer>;
}

/** What is said of a tag made so: the outcome it vouches for, or why it does not count. */
async function judged({ change = {}, by = ada, key = {}, ...made }: Case): Promise<string> {
  const name = made.name ?? 'evidence/staging/v1.0.0-rc.1/1';
  const message = formatEvidenceMessage({
    project: 'tiny',
    evidence: 'staging',
    version: readVersion('1.0.0-rc.1'),
    release: objectId('a'.repeat(40)),
    commit: objectId('c'.repeat(40)),
    digest: undefined,
    outcome: 'pass',
    environment: undefined,
    report: undefined,
    note: '',
    ...change,
  });
  await repository.tag(name, { by, message: made.message ?? message, taggedAt: made.taggedAt ?? now - 60 });
  const tag = (await gitCli(repository).listTags()).find((found) => found.name === name);
  const parsed = parseTagName(name);
  assert.ok(tag !== undefined && parsed.is === 'ok' && parsed.value.kind === 'evidence');
  const trust = { origin: 'main:cutwater.yaml', ci: [], maintainers: [maintainerOf('Ada', ada, key)] };
  const signatures = { stable: 'required', rc: 'optional', formats: ['ssh'] } as const;
  const rules = { trust, policy: { project: 'tiny', signatures } };
  const found = await judgeEvidence({ tagVerifier: verifier, now }, rules, { tag, name: parsed.value });
  return found.is === 'ok' ? `${found.value.outcome} by ${found.value.signer?.name ?? 'a retired key'}` : found.reason;
}

void suite('whether evidence counts at all', () => {
  const retired = { revoked: true };
  const cases: readonly (readonly [string, Case, RegExp])[] = [
    ['a maintainer’s word counts', {}, /^pass by Ada$/],
    ['also where it is not good news', { change: { outcome: 'fail', note: 'loses uploads' } }, /^fail by Ada$/],
    ['a stranger’s does not', { by: eve }, /key/],
    ['nor that of another project', { change: { project: 'other' } }, /about project "other"/],
    ['nor one whose name says another kind', { change: { evidence: 'migration' } }, /something else than its name/],
    ['nor one whose name says another version', { change: { version: readVersion('1.0.0') } }, /something else/],
    ['nor any other message', { message: 'It works.\n' }, /its message does not end in the lines/],
    ['a key that has retired says nothing passed', { key: retired }, /revoked/],
    ['nor that something is pending', { key: retired, change: { outcome: 'pending' } }, /revoked/],
    ['but what it called failed stays so', { key: retired, change: { outcome: 'fail' } }, /^fail by a retired key$/],
    ['a key past its day vouches no more', { key: { notAfter: now - 1 } }, /counts only until/],
    ['a clock that is a little ahead does no harm', { taggedAt: now + 3600 }, /^pass by Ada$/],
    ['a pass dated in the future would never grow old', { taggedAt: now + 90_000 }, /made in the future/],
    ['a failure is one under any date', { taggedAt: now + 90_000, change: { outcome: 'fail' } }, /^fail by Ada$/],
  ];
  for (const [name, made, says] of cases) test(name, async () => assert.match(await judged(made), says));
});
