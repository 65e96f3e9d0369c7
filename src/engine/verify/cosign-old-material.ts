import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { decodeJson, isObject } from '../../report/documents/json-check.ts';

/** The part of a bundle that says by what a signature is to be judged: its media type and verification material. */
export type BundleMaterial = Readonly<Record<'mediaType' | 'verificationMaterial', unknown>>;

/**
 * What cosign's annotations of a layer are in a bundle: a certificate with its entry in a log and maybe a timestamp (sigstore/cosign,
 * specs/SIGNATURE_SPEC.md), or nothing where a key signed. Only their form is judged here; the bundle is verified afterwards.
 */
export function oldFormMaterial(annotations: Readonly<Record<string, string>>): Parsed<BundleMaterial> {
  const certificate = annotations[names.certificate];
  // The hint only explains verdicts; every trusted key is tried.
  if (certificate === undefined)
    return accept({ mediaType: mediaTypes.sigstoreBundle, verificationMaterial: { publicKey: { hint: 'cosign' } } });
  const der = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(certificate)?.[1];
  if (der === undefined) return refuse(`${names.certificate} is no certificate`);
  const entry = readLogEntry(annotations[names.bundle] ?? '');
  if (entry.is === 'refused') return refuse(`${names.bundle} ${entry.reason}`);
  const timestamp = readTimestamp(annotations[names.timestamp]);
  return accept({
    // The version that takes a log's promise for an entry, which is all that these annotations hold.
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes: der.replaceAll(/\s/g, '') }] },
      tlogEntries: [entry.value],
      ...(timestamp === undefined
        ? {}
        : { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: timestamp }] } }),
    },
  });
}

const names = {
  certificate: 'dev.sigstore.cosign/certificate',
  bundle: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

/** `{"SignedEntryTimestamp", "Payload": {"body", "integratedTime", "logIndex", "logID"}}`, as Rekor answers. */
function readLogEntry(text: string): Parsed<Readonly<Record<string, unknown>>> {
  const decoded = decodeText(text);
  const { SignedEntryTimestamp: signedEntryTimestamp, Payload: payload } = decoded;
  if (typeof signedEntryTimestamp !== 'string' || !isObject(payload)) return refuse('is no entry of a log');
  const { body, integratedTime, logIndex, logID } = payload;
  if (typeof body !== 'string' || typeof logID !== 'string' || !/^(?:[0-9a-f]{2})+$/.test(logID))
    return refuse('names no log and no entry');
  if (!Number.isSafeInteger(integratedTime) || !Number.isSafeInteger(logIndex)) return refuse('names no time or place');
  const { kind, apiVersion } = decodeText(Buffer.from(body, 'base64').toString('utf8'));
  return accept({
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logID, 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    canonicalizedBody: body,
  });
}

function readTimestamp(text: string | undefined): string | undefined {
  const { SignedRFC3161Timestamp: signed } = decodeText(text ?? '');
  return typeof signed === 'string' ? signed : undefined;
}

/** The members of a JSON object; none where it is something else. */
function decodeText(text: string): Readonly<Record<string, unknown>> {
  const decoded = decodeJson(new TextEncoder().encode(text), annotationLimit);
  return decoded.is === 'ok' && isObject(decoded.value) ? decoded.value : {};
}

/** Bytes: a certificate chain and its log entry are some kilobytes. */
const annotationLimit = 1024 * 1024;
