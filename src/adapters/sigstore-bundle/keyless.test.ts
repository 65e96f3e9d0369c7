import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { suite, test } from 'node:test';
import type { SigstoreServers } from '../../../test/make/sigstore-servers.ts';
import { identityToken, startSigstore, workflow } from '../../../test/make/sigstore-servers.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { Secret } from '../../domain/secret.ts';
import type { CiSigner, CiWorkflow, Trust } from '../../domain/trust.ts';
import type { Attestor, BundleVerdict } from '../../ports/attestor.ts';
import { bundleVerifier } from './bundle-verifier.ts';
import { keylessAttestor } from './keyless-attestor.ts';

const statement = new TextEncoder().encode('{"_type":"https://in-toto.io/Statement/v1"}');
const blob = new TextEncoder().encode('SHA256SUMS');
const { verifyStatement, verifyBlob } = bundleVerifier();

void suite('signing without a key', () => {
  void test('a statement and a blob become bundles v0.3 that verify offline, with the very bytes that were signed', async (t) => {
    const services = await startSigstore(t);
    const trust = trustIn(services);
    for (const timestamp of [undefined, `${services.url}/api/v1/timestamp`]) {
      const attestor = attestorAt(services, { timestamp });
      const signed = await signReadably(
        () => attestor.signStatement(statement),
        (bytes) => verifyStatement(bytes, trust),
      );
      assert.match(
        new TextDecoder().decode(signed),
        /"mediaType":"application\/vnd\.dev\.sigstore\.bundle\.v0\.3\+json"/,
      );
      assert.deepEqual(await verifyStatement(signed, trust), {
        is: 'valid',
        payload: Buffer.from(statement),
        signer: 'release workflow',
      });
      const sums = await signReadably(
        () => attestor.signBlob(blob),
        (bytes) => verifyBlob(bytes, blob, trust),
      );
      assert.equal((await verifyBlob(sums, blob, trust)).is, 'valid');
      assert.equal((await verifyBlob(sums, new TextEncoder().encode('others'), trust)).is, 'rejected');
      assert.equal((await verifyStatement(sums, trust)).is, 'rejected', 'a blob signature is no statement');
    }
  });

  void test('each signature has a key of its own, that nothing else was or will be signed with', async (t) => {
    const attestor = attestorAt(await startSigstore(t));
    const bundles = [
      await attestor.signStatement(statement),
      await attestor.signBlob(blob),
      await attestor.signBlob(blob),
    ];
    const keys = bundles.map((bytes) => {
      const { verificationMaterial }: { verificationMaterial: { certificate: { rawBytes: string } } } = JSON.parse(
        new TextDecoder().decode(bytes),
      );
      const certificate = new X509Certificate(Buffer.from(verificationMaterial.certificate.rawBytes, 'base64'));
      return certificate.publicKey.export({ format: 'der', type: 'spki' }).toString('hex');
    });
    assert.equal(new Set(keys).size, 3);
  });

  void test('another workflow, issuer, root or key list does not count, and an empty identity counts for nobody', async (t) => {
    const services = await startSigstore(t);
    const other = await startSigstore(t);
    const signed = await attestorAt(services).signStatement(statement);
    const strangers: readonly Partial<CiWorkflow>[] = [
      { identity: 'https://github.com/acme/app/.github/workflows/other.yml@refs/tags/*' },
      { identity: 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/*' },
      { identity: 'github.com/acme/app/.github/workflows/release.yml' },
      { identity: 'https://github.com/acme/*' },
      { identity: 'https://github.com/acme/**' },
      { identity: 'https://**' },
      { identity: '' },
      { issuer: 'https://gitlab.com' },
      { issuer: '' },
      { trustedRoot: new TextEncoder().encode(other.trustedRoot) },
    ];
    for (const stranger of strangers) {
      const verdict = await verifyStatement(signed, trustIn(services, stranger));
      assert.equal(verdict.is, 'rejected', JSON.stringify(stranger));
    }
    const several = { ...trustIn(services), ci: [...trustIn(other).ci, ...trustIn(services).ci] };
    assert.equal((await verifyStatement(signed, several)).is, 'valid', 'one of several workflows is enough');
  });

  void test('changed payloads, signatures, certificates and logs are verdicts, never exceptions', async (t) => {
    const services = await startSigstore(t);
    const trust = trustIn(services);
    const text = new TextDecoder().decode(await attestorAt(services).signStatement(statement));
    const changes: readonly ((bundle: Loose) => void)[] = [
      ({ dsseEnvelope }) => (dsseEnvelope['payload'] = Buffer.from('{}').toString('base64')),
      ({ dsseEnvelope }) => (dsseEnvelope['payloadType'] = 'text/plain'),
      ({ dsseEnvelope }) => (dsseEnvelope['signatures'] = [{ sig: Buffer.from('no').toString('base64'), keyid: '' }]),
      ({ verificationMaterial }) => (verificationMaterial['tlogEntries'] = []),
      ({ verificationMaterial }) => (verificationMaterial['certificate'] = { rawBytes: 'AAAA' }),
      ({ verificationMaterial }) => delete verificationMaterial['certificate'],
    ];
    for (const change of changes) {
      const bundle: Loose = JSON.parse(text);
      change(bundle);
      const verdict = await verifyStatement(new TextEncoder().encode(JSON.stringify(bundle)), trust);
      assert.equal(verdict.is, 'rejected', change.toString());
    }
  });

  void test('a trusted root that cannot be read is an error that names it, not a verdict', async (t) => {
    const services = await startSigstore(t);
    const signed = await attestorAt(services).signStatement(statement);
    for (const root of ['', '{}', '[]', '{"certificateAuthorities": 1}'])
      await refuses(
        verifyStatement(signed, trustIn(services, { trustedRoot: new TextEncoder().encode(root) })),
        'KEY_UNUSABLE',
        /trusted root of "release workflow"/,
      );
  });

  void test('a service that refuses or fails is an error that says which, and the token is never told', async (t) => {
    const cases: readonly [string, number, ErrorCode, RegExp][] = [
      ['/api/v2/signingCert', 401, 'UNAUTHENTICATED', /get a certificate/],
      ['/api/v2/signingCert', 400, 'SERVER_ERROR', /get a certificate/],
      ['/api/v1/log/entries', 400, 'SERVER_ERROR', /enter the signature in the log/],
    ];
    for (const [path, status, code, message] of cases) {
      const services = await startSigstore(t);
      services.fail(path, status);
      await refuses(attestorAt(services).signStatement(statement), code, message);
    }
    const nowhere = keylessAttestor({ ...tokens(), fulcio: 'http://127.0.0.1:9', rekor: 'http://127.0.0.1:9' });
    await refuses(nowhere.signBlob(blob), 'UNREACHABLE', /get a certificate/);
    const noToken = {
      identityToken: () => Promise.resolve(new Secret('no token')),
      fulcio: 'http://127.0.0.1:9',
      rekor: 'http://127.0.0.1:9',
    };
    await refuses(keylessAttestor(noToken).signBlob(blob), 'UNAUTHENTICATED', /read the identity token/);
  });
});

/**
 * The timestamp authority of the tests writes fractions of seconds without trailing zeros, as DER wants it; the library
 * that reads them takes three digits or none, so one in ten is "invalid time". Real authorities write whole seconds.
 */
async function signReadably(
  sign: () => Promise<Uint8Array>,
  judge: (bytes: Uint8Array) => Promise<BundleVerdict>,
): Promise<Uint8Array> {
  for (;;) {
    const bytes = await sign();
    const verdict = await judge(bytes);
    if (verdict.is === 'valid' || !verdict.reason.includes('invalid time')) return bytes;
  }
}

type Loose = Record<'dsseEnvelope' | 'verificationMaterial', Record<string, unknown>>;

function tokens(): { readonly identityToken: () => Promise<Secret> } {
  return { identityToken: () => Promise.resolve(new Secret(identityToken())) };
}

function attestorAt({ url }: SigstoreServers, more: { readonly timestamp?: string | undefined } = {}): Attestor {
  return keylessAttestor({ ...tokens(), fulcio: url, rekor: url, ...more });
}

function trustIn({ trustedRoot }: SigstoreServers, more: Partial<CiWorkflow> = {}): Trust {
  const root = new TextEncoder().encode(trustedRoot);
  const signer: CiSigner = { kind: 'keyless', name: 'release workflow', ...workflow, trustedRoot: root, ...more };
  return { maintainers: [], ci: [signer], origin: 'test' };
}

async function refuses(act: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<void> {
  await assert.rejects(act, (error) => {
    assert.ok(isCutwaterError(error, code), String(error));
    assert.match(error.message, message);
    assert.ok(!error.message.includes(identityToken()), 'the token is in the message');
    return true;
  });
}
