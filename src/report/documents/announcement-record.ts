import type { AnnouncementKind } from '../../domain/announcement.ts';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { Digest } from '../../domain/digest.ts';
import { hexOf, isDigest } from '../../domain/digest.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import type { InTotoStatement } from '../../domain/release-statement.ts';
import { statementType } from '../../domain/release-statement.ts';
import { count, oneOf, plainText, record, text } from './json-check.ts';
import type { ReadStatement } from './statement.ts';

export const announcementType = 'urn:cutwater:announcement:v1';

/** That something was announced: the predicate of a statement CI signs about the image, so that it is not announced again. */
export interface AnnouncementRecord {
  readonly schema: 'cutwater.announced/1';
  readonly project: string;
  readonly version: string;
  /** The release tag object. */
  readonly release: ObjectId;
  readonly kind: AnnouncementKind;
  /** Which withdrawal or restore; 0 for a release. */
  readonly number: number;
  readonly channel: string;
  /** What the channel was given to know a repetition by. */
  readonly key: string;
  /** SHA-256 of the announcement as canonical JSON. */
  readonly announcement: Digest;
  /** Unix seconds. */
  readonly sentAt: number;
  /** What the channel calls it, and where it can be read; for channels that say so. */
  readonly id?: string;
  readonly url?: string;
}

export function announcementStatement(
  predicate: AnnouncementRecord,
  image: { readonly name: string; readonly index: Digest },
): InTotoStatement<AnnouncementRecord> {
  const subject = [{ name: image.name, digest: { sha256: hexOf(image.index) } }];
  return { _type: statementType, subject, predicateType: announcementType, predicate };
}

/** Reads the record in a statement whose signature was verified. Unknown members are refused. */
export function parseAnnouncementRecord(statement: ReadStatement): Parsed<AnnouncementRecord> {
  const { predicate, predicateType } = statement;
  if (predicateType !== announcementType) return refuse('is no record of an announcement');
  if (isRecord(predicate)) return accept(predicate);
  return refuse(`is no record of an announcement: ${check(predicate, 'it') ?? ''}`);
}

const check = record<AnnouncementRecord>(
  {
    schema: oneOf('cutwater.announced/1'),
    project: plainText,
    version: plainText,
    release: text(isObjectId, 'a git object id'),
    kind: oneOf('released', 'withdrawn', 'restored'),
    number: count,
    channel: plainText,
    key: plainText,
    announcement: text(isDigest, '"sha256:" and 64 lower-case hexadecimal digits'),
    sentAt: count,
    id: plainText,
    url: plainText,
  },
  ['id', 'url'],
);

// The check has one entry for each member of this very type, which the compiler sees to.
function isRecord(value: unknown): value is AnnouncementRecord {
  return check(value, 'it') === undefined;
}
