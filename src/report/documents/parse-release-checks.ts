import { isDigest } from '../../domain/digest.ts';
import type { TagSigner } from '../../domain/git-tag.ts';
import { isObjectId } from '../../domain/object-id.ts';
import type { PassedGate, SignedEvidence, UnneededEvidence, UnneededGate } from '../../domain/release-checks.ts';
import { parseVersion } from '../../domain/version.ts';
import type { Check } from './json-check.ts';
import { isObject, nullable, oneOf, plainText, record, text } from './json-check.ts';

const digest = text(isDigest, '"sha256:" and 64 lower-case hexadecimal digits');
const objectIdText = text(isObjectId, 'a git object id');
const version = text((value) => parseVersion(value).is === 'ok', 'a version by SemVer 2.0.0');
const on = oneOf('source', 'candidate');
const time = text(
  (value) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  'a time such as "2026-01-31T12:00:00Z"',
);

/** Base64 with its padding, as statements hold raw bytes. */
export const base64Text = text((value) => value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value), 'base64');

export const signerCheck = record<TagSigner>({
  name: plainText,
  format: oneOf('openpgp', 'ssh', 'x509'),
  fingerprint: plainText,
});

const passedGate = record<PassedGate>(
  {
    outcome: oneOf('passed'),
    name: plainText,
    on,
    commit: objectIdText,
    image: nullable(digest),
    startedAt: time,
    finishedAt: time,
    log: digest,
    report: nullable(digest),
    from: plainText,
  },
  ['from'],
);

const signedEvidence = record<SignedEvidence>({
  outcome: oneOf('passed'),
  name: plainText,
  version,
  commit: objectIdText,
  image: nullable(digest),
  tag: record<SignedEvidence['tag']>({ name: plainText, object: objectIdText, raw: base64Text }),
  signer: signerCheck,
  signedAt: time,
  report: nullable(digest),
});

/** One gate of a release statement. */
export const gateCheck: Check = eitherOf(
  record<UnneededGate>({ outcome: oneOf('not-required'), name: plainText, on, since: plainText }),
  passedGate,
);

/** One piece of evidence of a release statement. */
export const evidenceCheck: Check = eitherOf(
  record<UnneededEvidence>({ outcome: oneOf('not-required'), name: plainText, since: plainText }),
  signedEvidence,
);

function eitherOf(unneeded: Check, passed: Check): Check {
  return (value, at) =>
    isObject(value) && value['outcome'] === 'not-required' ? unneeded(value, at) : passed(value, at);
}
