import type { Version } from '../domain/version.ts';
import { highestVersion, parseVersion } from '../domain/version.ts';
import type { VersionFile } from '../policy/version-file-policy.ts';
import type { FileSides } from './file-sides.ts';
import type { Edit } from './text-lines.ts';
import { readVersionOf, setVersion } from './version-file.ts';

/**
 * A file that names the project's version, where both sides changed that: the higher version stays, with what else one of
 * them changed. Refused where both changed more. `entries` are all version files of this path.
 */
export function mergeVersionFile(entries: readonly VersionFile[], { base, ours, theirs }: FileSides): Edit {
  const version = highestVersion([ours, theirs].flatMap((text) => versionsIn(entries, text)));
  if (version === undefined) return refuse('names no version that can be read');
  const [before, here, there] = [base, ours, theirs].map((text) => withVersion(entries, text, version));
  if (before === undefined || here === undefined || there === undefined) return refuse('has no place for the version');
  if (here !== before && there !== before && here !== there)
    return refuse('is changed on both sides besides the version');
  const merged = here === before ? there : here;
  return merged === ours ? { is: 'unchanged', reason: 'is right already' } : { is: 'edited', text: merged };
}

function versionsIn(entries: readonly VersionFile[], text: string): readonly Version[] {
  return entries.flatMap((entry) => {
    const found = readVersionOf(entry, text);
    return (found.is === 'ok' ? found.value : []).flatMap(({ version }) => {
      const parsed = parseVersion(version);
      return parsed.is === 'ok' ? [parsed.value] : [];
    });
  });
}

function withVersion(entries: readonly VersionFile[], text: string, version: Version): string | undefined {
  return entries.reduce<string | undefined>((before, entry) => {
    const edit = before === undefined ? undefined : setVersion(entry, before, version);
    if (edit === undefined || edit.is === 'refused') return undefined;
    return edit.is === 'edited' ? edit.text : before;
  }, text);
}

function refuse(reason: string): Edit {
  return { is: 'refused', reason };
}
