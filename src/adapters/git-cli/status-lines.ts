import { isObjectId } from '../../domain/object-id.ts';
import type { ChangedFile, WorkingCopyStatus } from '../../ports/working-copy.ts';

/** What `parseStatus` reads, `-z` included. No renames: each file counts by its own name. */
export const statusArguments = [
  'status',
  '--porcelain=v2',
  '-z',
  '--branch',
  '--no-renames',
  '--untracked-files=normal',
] as const;

/** Reads `git status` in its second porcelain format (`man git-status`). Undefined where a line is none of that format. */
export function parseStatus(output: string): Omit<WorkingCopyStatus, 'operation'> | undefined {
  const lines = output.split('\0').filter((line) => line !== '');
  const header = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const entries = lines.filter((line) => !line.startsWith('# '));
  const changes = entries.flatMap((line) => readEntry(line) ?? []);
  if (changes.length < entries.length) return undefined;
  const branch = header('branch.head');
  const head = header('branch.oid');
  return {
    branch: branch === '(detached)' ? undefined : branch,
    head: isObjectId(head) ? head : undefined,
    changes,
  };
}

function readEntry(line: string): ChangedFile | undefined {
  if (line.startsWith('? ')) return { path: line.slice(2), kind: 'untracked' };
  const [, index, disk, path] = /^1 (.)(.) (?:\S+ ){6}([^]+)$/.exec(line) ?? [];
  if (path !== undefined) return { path, kind: index === '.' ? 'unstaged' : disk === '.' ? 'staged' : 'half-staged' };
  const [, unmerged] = /^u .. (?:\S+ ){8}([^]+)$/.exec(line) ?? [];
  return unmerged === undefined ? undefined : { path: unmerged, kind: 'unmerged' };
}
