import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import type { GitCommands } from './git-commands.ts';
import { gitFailure } from './git-commands.ts';

export interface StoredObject {
  readonly id: ObjectId;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Reads many objects with one process; undefined for each that is not there. Names are ids, or ids with `^{commit}`. */
export async function readObjects(
  commands: GitCommands,
  names: readonly string[],
): Promise<readonly (StoredObject | undefined)[]> {
  if (names.length === 0) return [];
  const input = names.map((name) => `${name}\n`).join('');
  const result = await commands.read(['cat-file', '--batch'], { input, maxOutputBytes: 512 * 1024 * 1024 });
  if (result.exitCode !== 0) throw gitFailure('read objects', result);
  const replies = parseBatch(result.stdout);
  if (replies.length !== names.length) throw gitFailure('read objects', result);
  return replies;
}

/** Reads the output of `git cat-file --batch`: `<id> <type> <size>`, the bytes and a line break, or `<name> missing`. */
export function parseBatch(output: Uint8Array): readonly (StoredObject | undefined)[] {
  const replies: (StoredObject | undefined)[] = [];
  const text = bufferOver(output);
  for (let offset = 0; offset < output.length;) {
    const lineEnd = output.indexOf(0x0a, offset);
    if (lineEnd < 0) break;
    const [id, type = '', size = ''] = text.toString('latin1', offset, lineEnd).split(' ');
    offset = lineEnd + 1;
    if (!isObjectId(id) || !/^\d+$/.test(size)) {
      replies.push(undefined);
      continue;
    }
    const end = offset + Number(size);
    if (end > output.length) break;
    replies.push({ id, type, bytes: new Uint8Array(output.buffer, output.byteOffset + offset, end - offset) });
    offset = end + 1;
  }
  return replies;
}

/** Seconds since 1970 of the `tagger` or `committer` line in the header of an object; 0 where it has none. */
export function claimedTime(bytes: Uint8Array, role: 'tagger' | 'committer'): number {
  const buffer = bufferOver(bytes);
  const end = buffer.indexOf('\n\n');
  const header = buffer.toString('latin1', 0, end < 0 ? buffer.length : end);
  const line = header.split('\n').find((candidate) => candidate.startsWith(`${role} `));
  return Number(/> (\d{1,15}) [+-]\d{4}$/.exec(line ?? '')?.[1] ?? 0);
}

/** The same bytes, not a copy: there may be ten thousand objects. */
function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
