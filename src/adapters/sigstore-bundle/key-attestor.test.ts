import { Verifier, toSignedEntity, toTrustMaterial } from '@sigstore/verify';
import { bundleFromJSON } from '@sigstore/bundle';
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { isCutwaterError } from '../../domain/error.ts';
import { Secret } from '../../domain/secret.ts';
import type { Trust } from '../../domain/trust.ts';
import { bundleVerifier } from './bundle-verifier.ts';
import { keyAttestor } from './key-attestor.ts';

const keys = {
  'ECDSA P-256': generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  Ed25519: generateKeyPairSync('ed25519'),
};
const statement = new TextEncoder().encode('{"_type":"https://in-toto.io/Statement/v1","name":"ü"}');

for (const [kind, pair] of Object.entries(keys)) {
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const attestor = keyAttestor({ name: 'ci', privateKeyPem: new Secret(pem) });
  const trust: Trust = {
    maintainers: [],
    ci: [{ kind: 'key', name: 'ci', publicKeyPem: attestor.publicKeyPem }],
    origin: 'test',
  };

  test(`signStatement() with ${kind} writes a v0.3 bundle with an empty keyid and the SPKI hash as hint`, async () => {
    const bundle: unknown = JSON.parse(text(await attestor.signStatement(statement)));
    const der = createPublicKey(attestor.publicKeyPem).export({ type: 'spki', format: 'der' });
    const signature = signatureIn(bundle);
    deepEqual(bundle, {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        publicKey: { hint: createHash('sha256').update(der).digest('base64') },
        timestampVerificationData: {},
      },
      dsseEnvelope: {
        payload: Buffer.from(statement).toString('base64'),
        payloadType: 'application/vnd.in-toto+json',
        signatures: [{ sig: signature }],
      },
    });
  });

  test(`signStatement() with ${kind} is verified by bundleVerifier(), which returns the very payload`, async () => {
    const verdict = await bundleVerifier().verifyStatement(await attestor.signStatement(statement), trust);
    ok(verdict.is === 'valid');
    equal(text(verdict.payload), text(statement));
    equal(verdict.signer, 'ci');
  });

  test(`the bundles of ${kind} are verified by sigstore-js, an implementation of others`, async () => {
    const publicKey = createPublicKey(attestor.publicKeyPem);
    const material = toTrustMaterial(
      { mediaType: '', tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] },
      () => ({ publicKey, validFor: () => true }),
    );
    const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    const blob = Buffer.from('hello\n');
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(text(await attestor.signStatement(statement))))));
    // sigstore-js asks for a digest algorithm with every blob, which Ed25519 does not take; cosign verifies both.
    if (kind === 'Ed25519') return;
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(text(await attestor.signBlob(blob)))), blob));
  });

  test(`signBlob() with ${kind} writes a v0.3 bundle that is valid for these bytes and no others`, async () => {
    const bundle = await attestor.signBlob(statement);
    ok(text(bundle).startsWith('{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"'));
    equal((await bundleVerifier().verifyBlob(bundle, statement, trust)).is, 'valid');
    deepEqual(await bundleVerifier().verifyBlob(bundle, new TextEncoder().encode('other'), trust), {
      is: 'rejected',
      reason: 'the bundle signs other bytes than these',
    });
  });
}

test('keyAttestor() reads an encrypted key with its passphrase', async () => {
  const pem = new Secret(
    keys.Ed25519.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' })
      .toString(),
  );
  const attestor = keyAttestor({ name: 'ci', privateKeyPem: pem, passphrase: new Secret('open') });
  equal(attestor.publicKeyPem, keys.Ed25519.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  refuses({ pem }, /it is encrypted, its passphrase is wanted/);
  refuses({ pem, passphrase: new Secret('wrong') }, /damaged, or the passphrase is wrong/);
});

test('keyAttestor() says what is wrong with a key it cannot use', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const open = keys.Ed25519.publicKey.export({ type: 'spki', format: 'pem' });
  refuses({ pem: new Secret('') }, /it is empty/);
  refuses({ pem: new Secret('ghp_token') }, /does not begin with "-----BEGIN"/);
  refuses({ pem: new Secret(rsa.toString()) }, /of type rsa, ECDSA P-256 or Ed25519 is wanted/);
  refuses({ pem: new Secret(p384.toString()) }, /of type ec on curve secp384r1/);
  refuses({ pem: new Secret(open.toString()) }, /a public key or certificate/);
  refuses({ pem: new Secret('-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n') }, /format of OpenSSH/);
  refuses(
    { pem: new Secret('-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAA==\n') },
    /it is encrypted, its passphrase is wanted/,
  );
  refuses({ pem: new Secret('-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----') }, /it is damaged/);
});

test('keyAttestor() puts no part of the key into an error', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----';
  try {
    keyAttestor({ name: 'ci', privateKeyPem: new Secret(pem) });
  } catch (error) {
    ok(
      error instanceof Error && error.cause === undefined && !`${error.message}${error.stack ?? ''}`.includes('c2Vjc'),
    );
    return;
  }
  throw new Error('The damaged key was accepted');
});

function refuses(key: { readonly pem: Secret; readonly passphrase?: Secret }, message: RegExp): void {
  const { pem, ...rest } = key;
  throws(
    () => keyAttestor({ name: 'ci', privateKeyPem: pem, ...rest }),
    (error) => isCutwaterError(error, 'KEY_UNUSABLE') && message.test(error.message),
  );
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function signatureIn(bundle: unknown): string {
  const found = /"sig":"([^"]+)"/.exec(JSON.stringify(bundle))?.[1];
  ok(found);
  return found;
}
