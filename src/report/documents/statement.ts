import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Digest } from '../../domain/digest.ts';
import { hexOf } from '../../domain/digest.ts';
import type { InTotoStatement } from '../../domain/release-statement.ts';
import { statementType } from '../../domain/release-statement.ts';
import { decodeJson, dictionary, isObject, list, oneOf, plainText, text } from './json-check.ts';

/** A statement as it was read: whoever wrote it, only its outline is known to be right. */
export interface ReadStatement {
  readonly type: string;
  readonly subjects: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

/** The largest statement that is read: an SBOM of a large image stays well below. Bytes. */
export const statementLimit = 48 * 1024 * 1024;

/** The bytes that are signed: canonical JSON, so that the same facts give the same payload. */
export function statementBytes(statement: InTotoStatement<unknown>): Uint8Array {
  return new TextEncoder().encode(canonicalJson(statement));
}

/**
 * Reads an in-toto statement v1 or v0.1 of anybody (in-toto/attestation, spec/v1/statement.md): 1 to 1024 subjects, each
 * with 1 to 32 digests in lower-case hex. Members it does not know are left alone, as the specification asks.
 */
export function parseStatement(bytes: Uint8Array): Parsed<ReadStatement> {
  const decoded = decodeJson(bytes, statementLimit);
  if (decoded.is === 'refused') return decoded;
  const json = decoded.value;
  if (!isObject(json)) return refuse('is not an object');
  const { _type: type, subject, predicateType, predicate } = json;
  const fault =
    oneOf(statementType, 'https://in-toto.io/Statement/v0.1')(type, '_type') ??
    list(subjectCheck, { atLeast: 1, atMost: 1024 })(subject, 'subject') ??
    plainText(predicateType, 'predicateType') ??
    (isObject(predicate) ? undefined : 'predicate is not an object');
  if (fault !== undefined) return refuse(`is no statement: ${fault}`);
  return accept({
    type: String(type),
    subjects: Array.isArray(subject) ? subject.map(toSubject) : [],
    predicateType: String(predicateType),
    predicate,
  });
}

/** Whether a statement speaks of these bytes. Only the digest counts; the name is advisory. */
export function hasSubject(statement: ReadStatement, digest: Digest): boolean {
  return statement.subjects.some(
    (subject) => Object.hasOwn(subject.digest, 'sha256') && subject.digest['sha256'] === hexOf(digest),
  );
}

/**
 * Whether it was signed that these bytes are the image of this name, `host/name`. Where a release has several images, the
 * one of another repository, well signed for the same tag, is not this one.
 */
export function namesImage(statement: ReadStatement, name: string, digest: Digest): boolean {
  return statement.subjects.some(
    (subject) =>
      subject.name === name && Object.hasOwn(subject.digest, 'sha256') && subject.digest['sha256'] === hexOf(digest),
  );
}

const anyDigest = dictionary(
  text((value) => /^(?:[0-9a-f]{2}){4,256}$/.test(value), 'a digest in lower-case hex'),
  { atLeast: 1, atMost: 32 },
);

function subjectCheck(value: unknown, at: string): string | undefined {
  if (!isObject(value)) return `${at} is not an object`;
  const { name = 'unnamed', digest } = value;
  const fault = plainText(name, `${at}.name`) ?? anyDigest(digest, `${at}.digest`);
  if (fault !== undefined) return fault;
  const sha256 = isObject(digest) && Object.hasOwn(digest, 'sha256') ? digest['sha256'] : undefined;
  if (typeof sha256 === 'string' && sha256.length !== 64) return `${at}.digest.sha256 does not have 64 digits`;
  return undefined;
}

function toSubject(value: unknown): ReadStatement['subjects'][number] {
  if (!isObject(value) || !isObject(value['digest'])) throw new Error('A subject that was checked is an object');
  const name = value['name'];
  const digest = Object.entries(value['digest']).map(([algorithm, hex]): [string, string] => [algorithm, String(hex)]);
  return { name: typeof name === 'string' ? name : '', digest: Object.fromEntries(digest) };
}
