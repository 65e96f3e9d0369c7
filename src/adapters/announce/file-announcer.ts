import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Announcer } from '../../ports/announcer.ts';

/** Where a file is that nothing may lead away from. */
export interface AnnouncementFile {
  /** The folder no write leaves, absolute. */
  readonly root: string;
  /** Below it, absolute. */
  readonly file: string;
}

/**
 * Adds announcements to the end of a file, each between two HTML comments with its key; one that is there whole is not added
 * again. Throws DISK, and INPUT_INVALID where the file is a link or something else that is no file.
 */
export function fileAnnouncer({ root, file }: AnnouncementFile): Announcer {
  const description = `file ${quote(relative(root, file))}`;
  return {
    description,
    async send({ text }, key) {
      try {
        await append(await safePlace(root, file), {
          end: `<!-- /cutwater:announcement ${key} -->`,
          entry: `<!-- cutwater:announcement ${key} -->\n${text}<!-- /cutwater:announcement ${key} -->\n\n`,
        });
        return {};
      } catch (error) {
        if (isCutwaterError(error)) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new CutwaterError('DISK', `Cannot write ${description}: ${reason}`, { cause: error });
      }
    },
  };
}

async function append(place: string, { entry, end }: { readonly entry: string; readonly end: string }): Promise<void> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
  const handle = await open(place, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR, 0o644);
  try {
    const before = await handle.readFile('utf8');
    if (before.includes(end)) return;
    // A crash may have left a part of an entry, without a line break.
    await handle.appendFile(before === '' || before.endsWith('\n') ? entry : `\n${entry}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A link on the way could lead anywhere, and the tree it lies in may be anybody's. */
export async function safePlace(root: string, file: string): Promise<string> {
  await mkdir(root, { recursive: true });
  let folder = await realpath(root);
  // Made one by one: whatever is made behind a link is made outside.
  for (const name of relative(root, dirname(file)).split(sep).filter(Boolean)) {
    folder = join(folder, name);
    await mkdir(folder).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
    if (!(await lstat(folder)).isDirectory()) throw leadsAway(root, file);
  }
  const place = join(folder, basename(file));
  const found = await lstat(place).catch(() => undefined);
  if (found?.isFile() === false) throw leadsAway(root, file);
  return place;
}

function leadsAway(root: string, file: string): CutwaterError {
  return new CutwaterError(
    'INPUT_INVALID',
    `Cannot announce to ${quote(relative(root, file))}: it is, or lies behind, a link or something that is no file`,
  );
}
