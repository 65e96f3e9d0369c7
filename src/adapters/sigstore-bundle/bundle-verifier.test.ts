import { dsse } from '@sigstore/core';
import { equal, match, ok, rejects } from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCutwaterError } from '../../domain/error.ts';
import { Secret } from '../../domain/secret.ts';
import type { Trust } from '../../domain/trust.ts';
import { bundleVerifier } from './bundle-verifier.ts';
import { keyAttestor } from './key-attestor.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const attestor = attestorOf(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const stranger = attestorOf(
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
);
const trust = trustIn(attestor.publicKeyPem);
const statement = new TextEncoder().encode('{"_type":"https://in-toto.io/Statement/v1"}');
const good = await attestor.signStatement(statement);

test('verifyStatement() rejects a signature of a key that is not trusted', async () => {
  await rejected(await stranger.signStatement(statement), /^no CI key trusted by "test" made the signature$/);
});

test('verifyStatement() rejects everything while no CI key is trusted', async () => {
  const verdict = await bundleVerifier().verifyStatement(good, { ...trust, ci: [] });
  equal(verdict.is === 'rejected' && verdict.reason, 'no CI key is trusted by "test"');
});

test('verifyStatement() never follows the hint: a stranger who names the trusted key is rejected, a wrong hint is not', async () => {
  const hint = /"hint":"([^"]+)"/.exec(text(good))?.[1] ?? '';
  const borrowed = text(await stranger.signStatement(statement)).replace(/"hint":"[^"]+"/, `"hint":"${hint}"`);
  await rejected(borrowed, /^the signature is not by the key "ci" that the bundle names$/);
  const unnamed = text(good).replace(/"hint":"[^"]+"/, '"hint":"nobody"');
  equal((await bundleVerifier().verifyStatement(new TextEncoder().encode(unnamed), trust)).is, 'valid');
});

test('verifyStatement() names the key that signed where several are trusted', async () => {
  const both: Trust = {
    ...trust,
    ci: [{ kind: 'key', name: 'old', publicKeyPem: stranger.publicKeyPem }, ...trust.ci],
  };
  const verdict = await bundleVerifier().verifyStatement(good, both);
  equal(verdict.is === 'valid' && verdict.signer, 'ci');
});

test('verifyStatement() rejects a changed payload', async () => {
  const other = Buffer.from('{"_type":"https://in-toto.io/Statement/v2"}').toString('base64');
  await rejected(text(good).replace(/"payload":"[^"]+"/, `"payload":"${other}"`), /^the signature is not by/);
});

test('verifyStatement() rejects two signatures, even two good ones, and none', async () => {
  const one = /"signatures":\[(\{[^}]+\})\]/.exec(text(good))?.[1] ?? '';
  await rejected(text(good).replace(one, `${one},${one}`), /signatures/);
  await rejected(text(good).replace(one, ''), /signatures/);
});

test('verifyStatement() rejects another payload type, even where the signature covers it', async () => {
  const type = 'application/vnd.other+json';
  const sig = sign('sha256', dsse.preAuthEncoding(type, Buffer.from(statement)), pair.privateKey).toString('base64');
  const changed = text(good).replace('application/vnd.in-toto+json', type);
  await rejected(changed, /payload is of type "application\/vnd.other\+json"/);
  await rejected(changed.replace(/"sig":"[^"]+"/, `"sig":"${sig}"`), /payload is of type/);
});

test('verifyStatement() reads the media types of v0.1, v0.2 and both of v0.3, and no other', async () => {
  const named = (type: string): string => text(good).replace('application/vnd.dev.sigstore.bundle.v0.3+json', type);
  for (const version of ['0.1', '0.2', '0.3']) {
    const bytes = new TextEncoder().encode(named(`application/vnd.dev.sigstore.bundle+json;version=${version}`));
    equal((await bundleVerifier().verifyStatement(bytes, trust)).is, 'valid');
  }
  for (const type of [
    'application/json',
    'application/vnd.dev.sigstore.bundle.v0.3+json-x',
    'application/vnd.dev.sigstore.bundle.v9.9+json',
  ])
    await rejected(named(type), /media type/);
});

test('verifyStatement() rejects a blob signature, verifyBlob() a statement', async () => {
  await rejected(await attestor.signBlob(statement), /signs a blob/);
  const verdict = await bundleVerifier().verifyBlob(good, statement, trust);
  match(verdict.is === 'rejected' ? verdict.reason : '', /signs a statement/);
});

test('verifyStatement() rejects a bundle with two contents and one with a certificate', async () => {
  await rejected(text(good).replace('"dsseEnvelope"', '"messageSignature":{},"dsseEnvelope"'), /two contents/);
  await rejected(
    text(good).replace(/"publicKey":\{[^}]+\}/, '"certificate":{"rawBytes":"AAAA"}'),
    /with a certificate/,
  );
});

test('verifyStatement() throws KEY_UNUSABLE where a trusted key is no public key, instead of leaving it out', async () => {
  const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const pem of ['', 'nonsense', privatePem, `${attestor.publicKeyPem}${stranger.publicKeyPem}`])
    await rejects(bundleVerifier().verifyStatement(good, trustIn(pem)), (error) =>
      isCutwaterError(error, 'KEY_UNUSABLE'),
    );
});

test('verifyStatement() and verifyBlob() never throw and never accept, whatever the bytes', async () => {
  const verifier = bundleVerifier();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.jsonValue().map(asBytes), brokenBundle()),
      async (bytes) => {
        equal((await verifier.verifyStatement(bytes, trust)).is, 'rejected');
        equal((await verifier.verifyBlob(bytes, statement, trust)).is, 'rejected');
      },
    ),
  );
});

test('verifyStatement() accepts nothing but the signed payload, whichever byte of the bundle is changed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
      const verdict = await bundleVerifier().verifyStatement(good.with(at, byte), trust);
      if (verdict.is === 'valid') equal(text(verdict.payload), text(statement));
    }),
  );
});

/** A good bundle in which one member has been replaced by something of any kind. */
function brokenBundle(): fc.Arbitrary<Uint8Array> {
  const members = ['mediaType', 'verificationMaterial', 'dsseEnvelope', 'payload', 'payloadType', 'signatures', 'sig'];
  return fc.tuple(fc.constantFrom(...members), fc.jsonValue()).map(([member, value]) => {
    const swap = (key: string, old: unknown): unknown => (key === member ? value : old);
    const broken = asBytes(JSON.parse(text(good), swap));
    return broken.length === good.length ? asBytes(null) : broken;
  });
}

async function rejected(bundle: string | Uint8Array, reason: RegExp): Promise<void> {
  const bytes = typeof bundle === 'string' ? new TextEncoder().encode(bundle) : bundle;
  const verdict = await bundleVerifier().verifyStatement(bytes, trust);
  ok(verdict.is === 'rejected');
  match(verdict.reason, reason);
}

function attestorOf(pem: string): ReturnType<typeof keyAttestor> {
  return keyAttestor({ name: 'ci', privateKeyPem: new Secret(pem) });
}

function trustIn(publicKeyPem: string): Trust {
  return { maintainers: [], ci: [{ kind: 'key', name: 'ci', publicKeyPem }], origin: 'test' };
}

function asBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
