import type { GitCommands } from './git-commands.ts';
import type { StoredObject } from './object-source.ts';
import { bufferOver } from './object-source.ts';

/** Reads many objects; undefined for each that is not there. Names are ids, `ID^{commit}`, or `ID:PATH` of one line. */
export function readObjects(
  commands: GitCommands,
  names: readonly string[],
): Promise<readonly (StoredObject | undefined)[]> {
  return commands.objects(names);
}

/** Seconds since 1970 of the `tagger` or `committer` line in the header of an object; 0 where it has none. */
export function claimedTime(bytes: Uint8Array, role: 'tagger' | 'committer'): number {
  const buffer = bufferOver(bytes);
  const headerEnd = buffer.indexOf('\n\n');
  const header = buffer.toString('latin1', 0, headerEnd < 0 ? buffer.length : headerEnd);
  const start = header.indexOf(`\n${role} `);
  if (start < 0) return 0;
  const lineEnd = header.indexOf('\n', start + 1);
  const line = header.slice(start, lineEnd < 0 ? header.length : lineEnd);
  return Number(/> (\d{1,15}) [+-]\d{4}$/.exec(line)?.[1] ?? 0);
}
