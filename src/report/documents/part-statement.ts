import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { isDigest } from '../../domain/digest.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import type { PartRecord } from '../../domain/part-record.ts';
import type { InTotoStatement } from '../../domain/release-statement.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';
import { oneOf, plainText, record, text } from './json-check.ts';
import { releaseSubjects } from './release-subjects.ts';
import type { ReadStatement } from './statement.ts';

/** There is no time of the clock in it: the same build gives the same bytes. */
export function partStatement(predicate: PartRecord): InTotoStatement<PartRecord> {
  const { image: name, index, manifest: digest, platform } = predicate;
  const subject = releaseSubjects({ image: { name, index, platforms: [{ platform, digest }] }, binaries: [] });
  return { _type: statementType, subject, predicateType: predicateTypes.part, predicate };
}

/** Reads the record in a statement whose signature was verified. Unknown members are refused. */
export function readPartRecord({ predicate, predicateType }: ReadStatement): Parsed<PartRecord> {
  if (predicateType !== predicateTypes.part) return refuse('is no record of a part');
  if (isPartRecord(predicate)) return accept(predicate);
  return refuse(`is no record of a part: ${check(predicate, 'it') ?? ''}`);
}

const digest = text(isDigest, '"sha256:" and 64 lower-case hexadecimal digits');
const object = text(isObjectId, 'a git object id');

const check = record<PartRecord>(
  {
    schema: oneOf('cutwater.part/1'),
    project: plainText,
    image: plainText,
    platform: plainText,
    index: digest,
    manifest: digest,
    tag: record<{ readonly name: string; readonly object: ObjectId }>({ name: plainText, object }),
    branch: record<{ readonly name: string }>({ name: plainText }),
    commit: object,
    policy: digest,
    builder: record<PartRecord['builder']>({ type: plainText, id: plainText }),
  },
  ['tag', 'branch'],
);

// The check has one entry for each member of this very type, which the compiler sees to.
function isPartRecord(value: unknown): value is PartRecord {
  return check(value, 'it') === undefined;
}
