import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import {
  maintainerOf,
  makeOpenpgpKey,
  makeSshKey,
  revokedPublicKey,
  signOpenpgp,
  signSsh,
} from '../../../test/make/keys.ts';
import { run } from '../../../test/make/run.ts';
import type { GitTag, TagFault } from '../../domain/git-tag.ts';
import type { Maintainer, Trust } from '../../domain/trust.ts';
import type { TagRules } from '../../ports/tag-verifier.ts';
import { gitCli } from '../git-cli/git-cli.ts';
import { openpgpSignatures } from '../gpg/openpgp-signatures.ts';
import { sshSignatures } from '../ssh-signature/ssh-signature.ts';
import { tagVerifier } from './tag-verifier.ts';

const now = 1_790_000_000;
const years = 365 * 24 * 3600;
const scope = { after };
const [ada, ben, old, eve, adaSsh, eveSsh, ciSsh] = await Promise.all([
  makeOpenpgpKey(scope, 'Ada'),
  makeOpenpgpKey(scope, 'Ben', { signingSubkey: true }),
  makeOpenpgpKey(scope, 'Old', { expired: true }),
  makeOpenpgpKey(scope, 'Eve'),
  makeSshKey(scope),
  makeSshKey(scope, 'ecdsa-256'),
  makeSshKey(scope, 'ecdsa-256'),
]);
const ciPublicKeyPem = await run({ command: 'ssh-keygen', args: ['-e', '-m', 'PKCS8', '-f', ciSsh.privateKeyFile] });
const revokedAda = maintainerOf('Ada', { ...ada, publicKeyArmored: await revokedPublicKey(scope, ada) });
const everybody = [
  maintainerOf('Ada', ada),
  maintainerOf('Ben', ben),
  maintainerOf('Old', old),
  maintainerOf('Ada on SSH', adaSsh),
];

const repository = await makeGitRepository(scope);
const commit = await repository.commit({ 'a.txt': '1' });
await makeTags();
const tags = new Map((await gitCli(repository).listTags()).map((tag) => [tag.name, tag]));
const verifier = tagVerifier({ openpgp: openpgpSignatures(), ssh: sshSignatures() });

async function makeTags(): Promise<void> {
  const payload = (name: string, target: string = commit, type = 'commit') =>
    `object ${target}\ntype ${type}\ntag ${name}\ntagger Ada <ada@example.org> 1767225600 +0000\n\nrelease\n`;
  const store = async (name: string, ...parts: readonly string[]) =>
    repository.pointTag(name, await repository.writeObject('tag', parts.join('')));
  const signed = await repository.tag('good', { by: ada });
  await repository.tag('good-subkey', { by: ben });
  const signedSsh = await repository.tag('good-ssh', { by: adaSsh });
  await repository.pointTag('replayed', signed);
  await repository.pointTag('replayed-ssh', signedSsh);
  await repository.tag('lightweight', { kind: 'lightweight' });
  await repository.tag('unsigned');
  await repository.tag('by-eve', { by: eve });
  await repository.tag('by-eve-ssh', { by: eveSsh });
  await repository.tag('by-ci', { by: ciSsh });
  await repository.tag('expired', { by: old });
  await repository.tag('back-dated', { by: old, taggedAt: now - 6 * years });
  await repository.tag('back-dated-ssh', { by: adaSsh, taggedAt: now - 6 * years });
  await repository.tag('tag-of-tag', { by: ada, target: 'refs/tags/good' });
  await repository.tag('tag-of-tree', { by: ada, target: 'HEAD^{tree}' });
  await repository.tag('tag-of-blob', { by: ada, target: 'HEAD:a.txt' });
  const text = payload('trailing');
  await store('trailing', text, await signOpenpgp(ada, text), 'and this is a release of 2.0.0\n');
  await store('trailing-line', payload('trailing-line'), await signOpenpgp(ada, payload('trailing-line')), '\n');
  const sshText = payload('trailing-ssh');
  await store('trailing-ssh', sshText, await signSsh(adaSsh, sshText), 'and more\n');
  const inner = payload('double') + (await signOpenpgp(eve, payload('double')));
  await store('double', inner, await signOpenpgp(ada, inner));
  const mixed = payload('double-mixed') + (await signOpenpgp(ada, payload('double-mixed')));
  await store('double-mixed', mixed, await signSsh(adaSsh, mixed));
  const twoObjects = `object ${'1'.repeat(40)}\n${payload('two-objects')}`;
  await store('two-objects', twoObjects, await signOpenpgp(ada, twoObjects));
  const blob = await repository.git('rev-parse', 'HEAD:a.txt');
  const liar = payload('liar', blob);
  await store('liar', liar, await signOpenpgp(ada, liar));
  await store('changed', payload('changed').replace('release', 'RELEASE'), await signOpenpgp(ada, payload('changed')));
  await store(
    'changed-ssh',
    payload('changed-ssh').replace('release', 'R'),
    await signSsh(adaSsh, payload('changed-ssh')),
  );
  await store('ssh-file', payload('ssh-file'), await signSsh(adaSsh, payload('ssh-file'), { namespace: 'file' }));
  const x509 = (await signOpenpgp(ada, payload('x509'))).replaceAll('PGP SIGNATURE', 'SIGNED MESSAGE');
  await store('x509', payload('x509'), x509);
  await repository.tag('same-name', { by: ada });
  await repository.git('branch', 'same-name', await repository.commit({ 'a.txt': '2' }));
}

for (const [claim, name, signer] of [
  ['accepts a tag signed by a maintainer', 'good', { name: 'Ada', format: 'openpgp', fingerprint: ada.fingerprint }],
  [
    'accepts a signature by a subkey, under the primary key',
    'good-subkey',
    { name: 'Ben', format: 'openpgp', fingerprint: ben.fingerprint },
  ],
  ['accepts an SSH signature', 'good-ssh', { name: 'Ada on SSH', format: 'ssh', fingerprint: adaSsh.fingerprint }],
  [
    'T11: reads the tag where a branch has the same name',
    'same-name',
    { name: 'Ada', format: 'openpgp', fingerprint: ada.fingerprint },
  ],
] as const)
  test(`tagVerifier() ${claim}`, async () => {
    const verdict = await verifier.verifyTag(tagOf(name), rulesFor());
    assert.equal(verdict.is, 'valid', JSON.stringify(verdict));
    assert.deepEqual(verdict.signer, signer);
    assert.equal(verdict.tag.target, commit);
  });

interface Threat {
  readonly maintainers?: readonly Maintainer[];
  readonly formats?: TagRules['formats'];
}

const threats: readonly (readonly [string, string, TagFault, RegExp, Threat?])[] = [
  [
    'T2: a signed tag under another name',
    'replayed',
    'name-differs',
    /signed under the name "good"; the ref is called "replayed"/,
  ],
  ['T2: an SSH-signed tag under another name', 'replayed-ssh', 'name-differs', /"good-ssh"/],
  [
    'T3: a lightweight tag',
    'lightweight',
    'lightweight',
    /^it is a lightweight tag; an annotated, signed tag is wanted$/,
  ],
  ["T4: a key in nobody's material", 'by-eve', 'unknown-key', new RegExp(eve.fingerprint)],
  [
    'T4: a key that is in the keyring but not pinned',
    'by-eve',
    'not-a-maintainer',
    new RegExp(eve.fingerprint),
    { maintainers: [withExtraKey()] },
  ],
  ['T4: an SSH key that is not pinned', 'by-eve-ssh', 'not-a-maintainer', /SHA256:/],
  [
    'T4: a key pinned by a part of its fingerprint',
    'good',
    'not-a-maintainer',
    /not pinned/,
    { maintainers: [maintainerOf('Ada', { ...ada, fingerprint: ada.fingerprint.slice(-16) })] },
  ],
  ['T5: an expired key', 'expired', 'key-expired', /has expired$/],
  ['T5: a key its owner revoked', 'good', 'key-revoked', /revoked by its owner/, { maintainers: [revokedAda] }],
  [
    'T5: a key the policy marks as revoked',
    'good',
    'key-revoked',
    /marked as revoked in "test"/,
    { maintainers: [maintainerOf('Ada', ada, { revoked: true })] },
  ],
  [
    'T5: a key revoked in one of two entries',
    'good',
    'key-revoked',
    /revoked/,
    { maintainers: [maintainerOf('Ada', ada), maintainerOf('Ada 2', ada, { revoked: true })] },
  ],
  [
    'T5: an SSH key the policy marks as revoked',
    'good-ssh',
    'key-revoked',
    /revoked/,
    { maintainers: [maintainerOf('Ada', adaSsh, { revoked: true })] },
  ],
  [
    'T5: a key past its notAfter',
    'good',
    'key-expired',
    /only until/,
    { maintainers: [maintainerOf('Ada', ada, { notAfter: now - 1 })] },
  ],
  ['T6: a back-dated tag by an expired key', 'back-dated', 'key-expired', /has expired$/],
  [
    'T6: a back-dated tag by an SSH key past its notAfter',
    'back-dated-ssh',
    'key-expired',
    /only until/,
    { maintainers: [maintainerOf('Ada', adaSsh, { notAfter: now - years })] },
  ],
  [
    'T7: key material that is missing',
    'good',
    'unverifiable',
    /key material of "Ada" in "test" is empty/,
    { maintainers: [withMaterial('')] },
  ],
  [
    'T7: key material that is damaged',
    'good',
    'unverifiable',
    /key material of "Ada"/,
    { maintainers: [withMaterial(ada.publicKeyArmored.slice(0, 90))] },
  ],
  [
    'T7: key material of another key',
    'good',
    'unverifiable',
    /does not hold the key/,
    { maintainers: [withMaterial(eve.publicKeyArmored)] },
  ],
  [
    'T7: an SSH key that cannot be read',
    'good-ssh',
    'unverifiable',
    /cannot be read/,
    { maintainers: [maintainerOf('Ada', { ...adaSsh, publicKey: 'ssh-ed25519 AAAA' })] },
  ],
  ['T8: text after an OpenPGP signature', 'trailing', 'trailing-text', /text after its signature/],
  ['T8: an empty line after a signature', 'trailing-line', 'trailing-text', /text after its signature/],
  ['T8: text after an SSH signature', 'trailing-ssh', 'trailing-text', /text after its signature/],
  ['T8: two OpenPGP signatures', 'double', 'malformed', /holds 2 signature blocks/],
  ['T8: an OpenPGP and an SSH signature', 'double-mixed', 'malformed', /holds 2 signature blocks/],
  ['T9: a tag of a tag', 'tag-of-tag', 'not-a-commit', /points at a tag/],
  ['T9: a tag of a tree', 'tag-of-tree', 'not-a-commit', /points at a tree/],
  ['T9: a tag of a blob', 'tag-of-blob', 'not-a-commit', /points at a blob/],
  ['T9: a tag that calls a blob a commit', 'liar', 'not-a-commit', /is no commit of this repository/],
  ['T10: two object lines', 'two-objects', 'malformed', /no "type" as header line 2/],
  ['T13: a tag by the CI key', 'by-ci', 'not-a-maintainer', /CI key "pipeline"/],
  ['a changed message under an OpenPGP signature', 'changed', 'bad-signature', /does not belong to this tag/],
  ['a changed message under an SSH signature', 'changed-ssh', 'bad-signature', /does not belong to this tag/],
  ['an SSH signature made for files', 'ssh-file', 'bad-signature', /"git" is wanted/],
  [
    'a format the policy does not allow',
    'good-ssh',
    'format-not-allowed',
    /is SSH; the policy allows OpenPGP/,
    { formats: ['openpgp'] },
  ],
  ['X.509, which it cannot judge', 'x509', 'unverifiable', /X\.509/],
];

for (const [claim, name, fault, reason, threat = {}] of threats)
  test(`tagVerifier() refuses ${claim}`, async () => {
    const verdict = await verifier.verifyTag(tagOf(name), rulesFor(threat));
    assert.equal(verdict.is, 'rejected', JSON.stringify(verdict));
    assert.equal(verdict.fault, fault, verdict.reason);
    assert.match(verdict.reason, reason);
  });

test('tagVerifier() calls an annotated tag without a signature unsigned, which the policy decides about', async () => {
  assert.equal((await verifier.verifyTag(tagOf('unsigned'), rulesFor())).is, 'unsigned');
});

test('tagVerifier() refuses bytes that are not those of the object id', async () => {
  const tag = { ...tagOf('good'), object: tagOf('good-ssh').object };
  const verdict = await verifier.verifyTag(tag, rulesFor());
  assert.equal(verdict.is === 'rejected' && verdict.fault, 'malformed');
});

test('tagVerifier() judges many tags at once', async () => {
  const verdicts = await Promise.all(Array.from({ length: 40 }, () => verifier.verifyTag(tagOf('good'), rulesFor())));
  assert.ok(verdicts.every(({ is }) => is === 'valid'));
});

test('tagVerifier() accepts a signed tag of a SHA-256 repository', async (t) => {
  const other = await makeGitRepository(t, { objectFormat: 'sha256' });
  await other.commit({ 'a.txt': '1' });
  await other.tag('v1.0.0', { by: adaSsh });
  const [tag] = await gitCli(other).listTags();
  assert.ok(tag);
  assert.equal((await verifier.verifyTag(tag, rulesFor())).is, 'valid');
});

test('git itself calls the replayed tag good, which is why its exit code is no verdict', async () => {
  const { folder: cwd, environment } = repository;
  const env = { ...environment, GNUPGHOME: ada.home };
  await run({ command: 'git', args: ['verify-tag', 'refs/tags/replayed'], cwd, env });
});

function tagOf(name: string): GitTag {
  const tag = tags.get(name);
  if (tag === undefined) throw new Error(`There is no tag ${name}`);
  return tag;
}

function rulesFor({ maintainers = everybody, formats = ['openpgp', 'ssh', 'x509'] }: Threat = {}): TagRules {
  const trust: Trust = {
    maintainers,
    ci: [{ kind: 'key', name: 'pipeline', publicKeyPem: ciPublicKeyPem }],
    origin: 'test',
  };
  return { trust, formats, now };
}

/** Ada's entry with other key material. */
function withMaterial(publicKeyArmored: string): Maintainer {
  return maintainerOf('Ada', { ...ada, publicKeyArmored });
}

/** Ada's entry, whose file holds Eve's key as well. */
function withExtraKey(): Maintainer {
  return withMaterial(`${ada.publicKeyArmored}${eve.publicKeyArmored}`);
}
