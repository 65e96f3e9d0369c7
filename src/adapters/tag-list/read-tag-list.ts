import { createReadStream } from 'node:fs';
import type { AuditTag } from '../../domain/audit-tag.ts';
import { auditSignatures } from '../../domain/audit-tag.ts';
import { CutwaterError } from '../../domain/error.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';

/** The first line of a tag list. */
export const tagListHeader = '#name\tobject_type\tobject_id\tcommit_id\tcreated_unix\tsignature';

const limits = { tags: 1_000_000, lineLength: 16_384 } as const;

/**
 * Reads a list of tags: a header line, then one tag per line, six fields parted by tabs, times in Unix seconds. Throws
 * INPUT_INVALID with file and line, such as `tags.tsv:12`.
 */
export async function readTagList(path: string): Promise<readonly AuditTag[]> {
  const tags = new Map<string, AuditTag>();
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    const at = { path, number };
    if (number === 1) checkHeader(line, at);
    else if (line !== '') {
      const tag = parseLine(line, at);
      if (tags.has(tag.name)) throw fault(at, `the tag ${quote(tag.name)} a second time`, 'each tag once');
      tags.set(tag.name, tag);
    }
    if (tags.size > limits.tags) throw fault(at, `more than ${limits.tags} tags`, 'a list of one repository');
  }
  if (number === 0)
    throw fault({ path, number: 1 }, 'an empty file', `the header ${quote(tagListHeader.replaceAll('\t', ' '))}`);
  return [...tags.values()];
}

interface Place {
  readonly path: string;
  readonly number: number;
}

/** Lines without their "\n"; nothing else ends a line, so that no odd character in a name can begin a new one. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  let number = 1;
  for await (const chunk of textOf(path)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    number += lines.length;
    if (rest.length > limits.lineLength)
      throw fault({ path, number }, 'a very long line', `at most ${limits.lineLength} characters`);
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* textOf(path: string): AsyncGenerator<string> {
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' })) yield String(chunk);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CutwaterError('INPUT_INVALID', `Cannot read tag list ${quote(path)}: ${reason}`, {
      hint: 'Name a file with one tag per line',
      cause: error,
    });
  }
}

function checkHeader(line: string, at: Place): void {
  const found = line.replace(/^\uFEFF/, '').replace(/\r$/, '');
  if (found !== tagListHeader)
    throw fault(at, quote(line), `the header ${quote(tagListHeader)} with tabs between the names`);
}

function parseLine(line: string, at: Place): AuditTag {
  const fields = line.replace(/\r$/, '').split('\t');
  if (fields.length !== 6)
    throw fault(at, fields.length === 1 ? 'one field' : `${fields.length} fields`, 'six, parted by tabs');
  const [name = '', objectType = '', object = '', commit = '', created = '', signature = ''] = fields;
  if (name === '') throw fault(at, 'an empty name', 'the name of a tag');
  const type = objectTypes.find((known) => known === objectType);
  if (type === undefined) throw fault(at, `the object type ${quote(objectType)}`, `one of ${objectTypes.join(', ')}`);
  if (!isObjectId(object)) throw fault(at, `the object ${quote(object)}`, 'a git object id of 40 or 64 digits');
  if (commit !== '' && !isObjectId(commit))
    throw fault(at, `the commit ${quote(commit)}`, 'a git object id, or nothing');
  // Twelve digits stay within the dates that can be shown.
  if (!/^\d{1,12}$/.test(created)) throw fault(at, `the time ${quote(created)}`, 'Unix seconds');
  const kind = auditSignatures.find((known) => known === signature);
  if (kind === undefined) throw fault(at, `the signature ${quote(signature)}`, `one of ${auditSignatures.join(', ')}`);
  return {
    name,
    objectType: type,
    object,
    commit: commit === '' ? undefined : commit,
    createdAt: Number(created),
    signature: kind,
  };
}

const objectTypes = ['tag', 'commit', 'tree', 'blob'] as const;

function fault(at: Place, found: string, wanted: string): CutwaterError {
  return new CutwaterError(
    'INPUT_INVALID',
    `Cannot read ${quote(`${at.path}:${at.number}`)}: found ${found}, wanted ${wanted}`,
  );
}
