import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAssetName } from '../../domain/asset-name.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Forge, ForgeAsset, ForgeRelease } from '../../ports/forge.ts';
import { syncFolder, writeDurably } from '../files/durable-write.ts';
import { corrupt, readFailure } from './read-failure.ts';
import type { StoredRelease } from './stored-json.ts';
import { readDeprecated, readStoredRelease, readText } from './stored-json.ts';

/** The release in a folder; undefined where the folder is not there or holds none. */
export async function readRelease(place: string): Promise<ForgeRelease | undefined> {
  const stored = await readStored(place);
  if (stored === undefined) return undefined;
  const { tag, title, prerelease, state } = stored;
  const notes = await readText(join(place, 'notes.md'));
  if (notes === undefined) throw corrupt(join(place, 'notes.md'), 'it is missing');
  const deprecated = await readDeprecated(join(place, 'deprecated.json'));
  return { tag, title, prerelease, state, notes, deprecated, assets: await listAssets(join(place, 'assets')) };
}

/** Makes the folder of a draft, whole, with one rename. A release that is there already is left as it is. */
export async function createRelease(place: string, draft: Parameters<Forge['createDraft']>[0]): Promise<void> {
  if ((await readStored(place)) !== undefined) return;
  const parent = dirname(place);
  const temporary = join(parent, `.draft-${randomBytes(8).toString('hex')}`);
  const { tag, title, prerelease, notes } = draft;
  try {
    await mkdir(join(temporary, 'assets'), { recursive: true });
    await writeDurably(join(temporary, 'notes.md'), notes);
    await writeStored(temporary, { schema: 'cutwater.forge-release/1', tag, title, prerelease, state: 'draft' });
    await rename(temporary, place);
    await syncFolder(parent);
  } catch (error) {
    // A rename onto a folder with content fails: another process was first, and its release is the one.
    if ((await readStored(place)) !== undefined) return;
    throw toDiskError(error, place);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Turns a draft into a published release. Only this writes `release.json` again, and always the same bytes. */
export async function publishRelease(place: string): Promise<void> {
  const stored = await readStored(place);
  if (stored?.state === 'draft') await writeStored(place, { ...stored, state: 'published' });
}

export async function setDeprecated(place: string, deprecated: boolean): Promise<void> {
  const content = canonicalJson({ schema: 'cutwater.forge-deprecated/1', deprecated });
  await writeDurably(join(place, 'deprecated.json'), `${content}\n`);
}

async function readStored(place: string): Promise<StoredRelease | undefined> {
  const path = join(place, 'release.json');
  const stored = await readStoredRelease(path);
  if (stored !== undefined && stored.tag !== basename(place))
    throw corrupt(path, `it is about ${quote(stored.tag)} and lies in the folder of ${quote(basename(place))}`);
  return stored;
}

function writeStored(place: string, stored: StoredRelease): Promise<void> {
  return writeDurably(join(place, 'release.json'), `${canonicalJson(stored)}\n`);
}

async function listAssets(folder: string): Promise<readonly ForgeAsset[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => readFailure(error, folder));
  const assets: ForgeAsset[] = [];
  for (const entry of entries ?? []) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (!entry.isFile() || !isAssetName(entry.name)) throw corrupt(path, 'it is no file with the name of an asset');
    assets.push({ name: entry.name, size: (await stat(path)).size });
  }
  return assets.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function toDiskError(error: unknown, place: string): CutwaterError {
  if (error instanceof CutwaterError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new CutwaterError('DISK', `Cannot write ${quote(place)}: ${reason}`, { cause: error });
}
