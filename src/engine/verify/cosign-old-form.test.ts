import { dsse } from '@sigstore/core';
import { deepEqual, equal, match } from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { test } from 'node:test';
import { makeCiKey } from '../../../test/make/project.ts';
import { bundleVerifier } from '../../adapters/sigstore-bundle/bundle-verifier.ts';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';
import { judgeOldAttestation, judgeOldSignature } from './cosign-old-form.ts';
import type { Judgement } from './judge-extra.ts';

const own = makeCiKey('p256');
const stranger = makeCiKey('p256');
const image = digestOf('an image');
const kind = 'cosign container image signature';
const payloadType = 'application/vnd.in-toto+json';
const signatureName = 'dev.cosignproject.cosign/signature';
const question = {
  bundleVerifier: bundleVerifier(),
  trust: {
    origin: 'trust.yaml',
    maintainers: [],
    ci: [{ kind: 'key' as const, name: 'ci', publicKeyPem: own.publicPem }],
  },
  subject: image,
};
type Layer = Parameters<typeof judgeOldSignature>[0];

test('an old signature counts when a trusted key signed these bytes, and they speak of this image', async () => {
  deepEqual(await judgeOldSignature(signature(), question), {
    is: 'trusted',
    type: 'signature in the old form of cosign',
    signer: 'ci',
  });
  const ed25519 = makeCiKey('ed25519');
  const trust = { ...question.trust, ci: [{ kind: 'key' as const, name: 'new', publicKeyPem: ed25519.publicPem }] };
  equal((await judgeOldSignature(signature({ by: ed25519.privatePem }), { ...question, trust })).is, 'trusted');
});

const badSignatures: readonly [string, Layer, RegExp][] = [
  ['of another key', signature({ by: stranger.privatePem }), /no CI key trusted by "trust.yaml"/],
  ['of another image', signature({ payload: simpleSigning(digestOf('x')) }), /it speaks of another image, sha256:/],
  ['over other bytes', { ...signature(), content: bytes(simpleSigning(image, ' ')) }, /no CI key trusted/],
  ['of something else than an image', signature({ payload: '{"critical":{"type":"atomic"}}' }), /no signature of an/],
  ['of no image at all', signature({ payload: '{"critical":7}' }), /no signature of an image/],
  ['over no JSON', signature({ payload: 'release 1.0.0' }), /is not JSON/],
  ['that names no image', signature({ payload: JSON.stringify({ critical: { type: kind } }) }), /names no image/],
  ['with an empty signature', signature({ annotations: { [signatureName]: '' } }), /it is not signed/],
  ['without a signature', signature({ annotations: {} }), /it is not signed/],
  ['with junk as signature', signature({ annotations: { [signatureName]: '%%%' } }), /no CI key|not a sigstore bundle/],
  [
    'with a certificate',
    signature({ annotations: { [signatureName]: 'AAAA', 'dev.sigstore.cosign/certificate': 'x' } }),
    /certificate is no certificate/,
  ],
  ['of another media type', signature({ mediaType: 'text/plain' }), /its layer is a "text\/plain"/],
];
for (const [what, layer, reason] of badSignatures)
  test(`an old signature ${what} proves nothing`, async () => {
    refused(await judgeOldSignature(layer, question), reason);
  });

test('an old attestation counts as what it attests', async () => {
  deepEqual(await judgeOldAttestation(attestation(), question), {
    is: 'trusted',
    type: `${predicateTypes.provenance} in the old form of cosign`,
    signer: 'ci',
  });
});

const badAttestations: readonly [string, Layer, RegExp][] = [
  ['by another key', attestation({ by: stranger.privatePem }), /no CI key trusted/],
  ['about another image', attestation({ about: hexOf(digestOf('x')) }), /it speaks of another image/],
  ['about nothing', attestation({ payload: '{}' }), /what is signed is no statement/],
  ['that is no JSON', { ...attestation(), content: bytes('hello') }, /is not JSON/],
  ['that is no envelope', { ...attestation(), content: bytes('[]') }, /not a sigstore bundle/],
  ['of another media type', { ...attestation(), descriptor: signature().descriptor }, /its layer is a/],
];
for (const [what, layer, reason] of badAttestations)
  test(`an old attestation ${what} proves nothing`, async () => {
    refused(await judgeOldAttestation(layer, question), reason);
  });

test('a signature over a payload is no attestation of it, and the other way round', async () => {
  const { content } = attestation();
  const { payload } = JSON.parse(new TextDecoder().decode(content));
  const raw = sign('sha256', Buffer.from(payload, 'base64'), createPrivateKey(own.privatePem)).toString('base64');
  const crossed = { payload, payloadType, signatures: [{ sig: raw }] };
  refused(
    await judgeOldAttestation({ ...attestation(), content: bytes(JSON.stringify(crossed)) }, question),
    /no CI key trusted/,
  );
});

function signature(
  given: {
    readonly by?: string;
    readonly payload?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly mediaType?: string;
  } = {},
): Layer {
  const content = bytes(given.payload ?? simpleSigning(image));
  const key = createPrivateKey(given.by ?? own.privatePem);
  const made = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', content, key).toString('base64');
  const annotations = given.annotations ?? { [signatureName]: made };
  return layer(content, given.mediaType ?? 'application/vnd.dev.cosign.simplesigning.v1+json', annotations);
}

function attestation(given: { readonly by?: string; readonly about?: string; readonly payload?: string } = {}): Layer {
  const subject = [{ name: 'host/app', digest: { sha256: given.about ?? hexOf(image) } }];
  const statement = { _type: statementType, subject, predicateType: predicateTypes.provenance, predicate: {} };
  const payload = Buffer.from(given.payload ?? JSON.stringify(statement));
  const covered = dsse.preAuthEncoding(payloadType, payload);
  const sig = sign('sha256', covered, createPrivateKey(given.by ?? own.privatePem)).toString('base64');
  const envelope = { payloadType, payload: payload.toString('base64'), signatures: [{ keyid: '', sig }] };
  return layer(bytes(JSON.stringify(envelope)), 'application/vnd.dsse.envelope.v1+json', { predicateType: 'other' });
}

function layer(content: Uint8Array, mediaType: string, annotations: Readonly<Record<string, string>>): Layer {
  return { content, descriptor: { mediaType, digest: digestOf(content), size: content.length, annotations } };
}

function simpleSigning(digest: string, space = ''): string {
  const critical = { identity: { 'docker-reference': '' }, image: { 'docker-manifest-digest': digest }, type: kind };
  return `${JSON.stringify({ critical, optional: null })}${space}`;
}

function refused(judgement: Judgement, reason: RegExp): void {
  match(judgement.is === 'untrusted' ? judgement.reason : `it is trusted as ${judgement.type}`, reason);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
