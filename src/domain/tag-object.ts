import type { SignatureFormat, TagObject } from './git-tag.ts';
import type { ObjectId } from './object-id.ts';
import { isObjectId } from './object-id.ts';

/** The tag object, or why it is refused; assignable to `Parsed<TagObject>`. The reason completes "its tag object ...". */
export type TagObjectReading =
  | { readonly is: 'ok'; readonly value: TagObject }
  | { readonly is: 'refused'; readonly fault: 'malformed' | 'trailing-text'; readonly reason: string };

/**
 * Reads an annotated tag from its raw bytes, stricter than git (`man git-mktag`, "Tag format"): object, type, tag,
 * tagger once each in this order and nothing else, then the message, then at most one signature block that ends the
 * object. What is accepted has one reading only, so no other parser can see another tag in the same bytes.
 */
export function parseTagObject(raw: Uint8Array): TagObjectReading {
  const text = oneCharacterPerByte(raw);
  if (text.includes('\0')) return malformed('holds a NUL byte');
  const headerEnd = text.indexOf('\n\n');
  if (headerEnd < 0)
    return malformed(text === '' ? 'is empty or above the size limit' : 'has no empty line after its header');
  const header = parseHeader(raw.subarray(0, headerEnd));
  if ('fault' in header) return header;
  const messageStart = headerEnd + 2;
  const block = findSignature(text, messageStart);
  if (block !== undefined && 'fault' in block) return block;
  const payload = block === undefined ? raw : raw.subarray(0, block.start);
  const message = lenientUtf8(payload.subarray(messageStart));
  const signature = block === undefined ? undefined : { format: block.format, armor: block.armor };
  return { is: 'ok', value: { ...header, message, payload, signature } };
}

type Refusal = Extract<TagObjectReading, { is: 'refused' }>;
type Header = Pick<TagObject, 'target' | 'targetType' | 'name' | 'tagger' | 'taggedAt'>;

function parseHeader(bytes: Uint8Array): Header | Refusal {
  const text = strictUtf8(bytes);
  if (text === undefined) return malformed('has a header that is not UTF-8');
  const lines = text.split('\n');
  const fields: Record<(typeof fieldNames)[number], string> = { object: '', type: '', tag: '', tagger: '' };
  for (const [index, name] of fieldNames.entries()) {
    const line = lines[index];
    if (line === undefined || !line.startsWith(`${name} `))
      return malformed(`has no "${name}" as header line ${index + 1}`);
    fields[name] = line.slice(name.length + 1);
  }
  if (lines.length > fieldNames.length) return malformed('has more header lines than object, type, tag and tagger');
  if (!isObjectId(fields.object)) return malformed('names no object id');
  if (!isTargetType(fields.type)) return malformed('has an unknown type of target');
  if (fields.tag === '') return malformed('has an empty name');
  const tagger = /^([^<>]* <[^<>]*>) (0|[1-9]\d{0,14}) [+-]\d{4}$/.exec(fields.tagger);
  if (tagger === null) return malformed('has a tagger line that is not "Name <address> seconds zone"');
  const [, identity = '', seconds = ''] = tagger;
  const target: ObjectId = fields.object;
  return { target, targetType: fields.type, name: fields.tag, tagger: identity, taggedAt: Number(seconds) };
}

interface SignatureBlock {
  readonly start: number;
  readonly format: SignatureFormat;
  readonly armor: string;
}

/** Looks for the lines git takes for the start of a signature (git: gpg-interface.c, `parse_signed_buffer`). */
function findSignature(text: string, from: number): SignatureBlock | Refusal | undefined {
  const [first, ...more] = text
    .slice(from)
    .matchAll(/(?<=^|\n)-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/g);
  if (first === undefined) return undefined;
  if (more.length > 0) return malformed(`holds ${more.length + 1} signature blocks, one is wanted`);
  const [beginLine, label = ''] = first;
  const format = formats.get(label);
  if (format === undefined) return malformed(`is signed with a ${label} block, a detached PGP SIGNATURE is wanted`);
  const start = from + first.index;
  if (text[start + beginLine.length] !== '\n') return malformed('has text beside the line that begins its signature');
  const endLine = `\n-----END ${label}-----`;
  const endAt = text.indexOf(endLine, start);
  if (endAt < 0) return malformed('has a signature that does not end');
  const armor = text.slice(start, endAt + endLine.length);
  const trailing = text.slice(start + armor.length);
  if (trailing !== '' && trailing !== '\n')
    return {
      is: 'refused',
      fault: 'trailing-text',
      reason: 'has text after its signature, which the signature does not cover',
    };
  if (/\n-----(?!END )/.test(armor) || /[^\n -~]/.test(armor))
    return malformed('has a signature block that is no clean armor');
  return { start, format, armor: `${armor}\n` };
}

const fieldNames = ['object', 'type', 'tag', 'tagger'] as const;

const formats: ReadonlyMap<string, SignatureFormat> = new Map([
  ['PGP SIGNATURE', 'openpgp'],
  ['SSH SIGNATURE', 'ssh'],
  ['SIGNED MESSAGE', 'x509'],
]);

function isTargetType(text: string): text is TagObject['targetType'] {
  return text === 'commit' || text === 'tree' || text === 'blob' || text === 'tag';
}

function malformed(reason: string): Refusal {
  return { is: 'refused', fault: 'malformed', reason };
}

/** Positions in this string are positions in the bytes: windows-1252 maps every byte to one UTF-16 unit. */
function oneCharacterPerByte(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(bytes);
}

function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function lenientUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
