import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { identityToken, startSigstore, workflow } from '../../../test/make/sigstore-servers.ts';
import { bundleVerifier } from '../../adapters/sigstore-bundle/bundle-verifier.ts';
import { keylessAttestor } from '../../adapters/sigstore-bundle/keyless-attestor.ts';
import { digestOf } from '../../domain/digest.ts';
import { Secret } from '../../domain/secret.ts';
import { judgeOldSignature } from './cosign-old-form.ts';
import { oldFormMaterial } from './cosign-old-material.ts';

const certificateName = 'dev.sigstore.cosign/certificate';
const bundleName = 'dev.sigstore.cosign/bundle';
const image = digestOf('an image');
const critical = {
  identity: { 'docker-reference': '' },
  image: { 'docker-manifest-digest': image },
  type: 'cosign container image signature',
};
const content = new TextEncoder().encode(JSON.stringify({ critical, optional: null }));

test('a signature that a workflow made without a key, in the old form, counts by certificate and log, offline', async (t) => {
  const services = await startSigstore(t);
  const token = (): Promise<Secret> => Promise.resolve(new Secret(identityToken()));
  const attestor = keylessAttestor({ identityToken: token, fulcio: services.url, rekor: services.url });
  const trustedRoot = new TextEncoder().encode(services.trustedRoot);
  const trustIn = (identity: string) => ({
    origin: 'trust.yaml',
    maintainers: [],
    ci: [{ kind: 'keyless' as const, name: 'release workflow', ...workflow, identity, trustedRoot }],
  });
  const judge = (annotations: Readonly<Record<string, string>>, identity: string = workflow.identity) => {
    const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
    const descriptor = { mediaType, digest: digestOf(content), size: content.length, annotations };
    const question = { bundleVerifier: bundleVerifier(), trust: trustIn(identity), subject: image };
    return judgeOldSignature({ descriptor, content }, question);
  };
  // The mock of the log signs promises whose encoding is unreadable now and then.
  let annotations = inOldForm(await attestor.signBlob(content));
  let judged = await judge(annotations);
  for (let tries = 0; judged.is === 'untrusted' && judged.reason.includes('invalid time') && tries < 20; tries += 1) {
    annotations = inOldForm(await attestor.signBlob(content));
    judged = await judge(annotations);
  }
  deepEqual(judged, { is: 'trusted', type: 'signature in the old form of cosign', signer: 'release workflow' });
  const stranger = await judge(annotations, 'https://github.com/acme/other/*');
  match(stranger.is === 'untrusted' ? stranger.reason : '', /is signed by none of the workflows/);
  const later = { ...annotations, [bundleName]: (annotations[bundleName] ?? '').replace(/"integratedTime":1/, '$&1') };
  equal((await judge(later)).is, 'untrusted', 'the log promised another time');
  const { [bundleName]: _, ...unlogged } = annotations;
  match(JSON.stringify(await judge(unlogged)), /cosign\/bundle is no entry of a log/);
});

const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const body = Buffer.from('{"kind":"hashedrekord","apiVersion":"0.0.1"}').toString('base64');
const payload = { body, integratedTime: 1, logIndex: 2, logID: 'ab' };
const entry = { SignedEntryTimestamp: 'AAAA', Payload: payload };

test('a timestamp beside the log entry is handed on', () => {
  const annotations = {
    [certificateName]: pem,
    [bundleName]: JSON.stringify(entry),
    'dev.sigstore.cosign/rfc3161timestamp': '{"SignedRFC3161Timestamp":"BBBB"}',
  };
  const material = oldFormMaterial(annotations);
  match(JSON.stringify(material), /"rfc3161Timestamps":\[\{"signedTimestamp":"BBBB"\}\]/);
});

const malformed: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['two certificates', { [certificateName]: pem + pem, [bundleName]: JSON.stringify(entry) }],
  ['an empty certificate', { [certificateName]: '', [bundleName]: JSON.stringify(entry) }],
  ['no log entry', { [certificateName]: pem }],
  ['a list as log entry', { [certificateName]: pem, [bundleName]: '[]' }],
  ['an entry of no log', { [certificateName]: pem, [bundleName]: entryWith({ logID: 7 }) }],
  ['a log that is no hash', { [certificateName]: pem, [bundleName]: entryWith({ logID: '../x' }) }],
  ['half a time', { [certificateName]: pem, [bundleName]: entryWith({ integratedTime: 1.5 }) }],
  ['a place that is text', { [certificateName]: pem, [bundleName]: entryWith({ logIndex: '2' }) }],
];
for (const [what, annotations] of malformed)
  test(`annotations with ${what} are no material`, () => {
    equal(oldFormMaterial(annotations).is, 'refused');
  });

function entryWith(more: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...entry, Payload: { ...payload, ...more } });
}

/** A bundle of now in cosign's annotations of before. */
function inOldForm(bundle: Uint8Array): Readonly<Record<string, string>> {
  const { verificationMaterial, messageSignature }: OfKeyless = JSON.parse(new TextDecoder().decode(bundle));
  const [logged] = verificationMaterial.tlogEntries;
  if (logged === undefined) throw new Error('it is in no log');
  const logEntry = {
    SignedEntryTimestamp: logged.inclusionPromise.signedEntryTimestamp,
    Payload: {
      body: logged.canonicalizedBody,
      integratedTime: Number(logged.integratedTime),
      logIndex: Number(logged.logIndex),
      logID: Buffer.from(logged.logId.keyId, 'base64').toString('hex'),
    },
  };
  return {
    'dev.cosignproject.cosign/signature': messageSignature.signature,
    [certificateName]: `-----BEGIN CERTIFICATE-----\n${verificationMaterial.certificate.rawBytes}\n-----END CERTIFICATE-----\n`,
    [bundleName]: JSON.stringify(logEntry),
  };
}

interface OfKeyless {
  readonly verificationMaterial: {
    readonly certificate: { readonly rawBytes: string };
    readonly tlogEntries: readonly {
      readonly logIndex: string;
      readonly logId: { readonly keyId: string };
      readonly integratedTime: string;
      readonly inclusionPromise: { readonly signedEntryTimestamp: string };
      readonly canonicalizedBody: string;
    }[];
  };
  readonly messageSignature: { readonly signature: string };
}
