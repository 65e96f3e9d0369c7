import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, mkdir, open as openFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAssetName } from '../../domain/asset-name.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { AnnouncedAsset } from '../../ports/forge.ts';
import { syncFolder } from '../files/durable-write.ts';
import { corrupt, readFailure } from './read-failure.ts';

/** A release's folder, with its tag for messages. */
export interface AssetPlace {
  readonly place: string;
  readonly tag: string;
}

/**
 * Streams an asset into the release. The name appears only when all bytes are on the disk and are the announced ones.
 * Throws ASSET_CONFLICT where the name has other bytes, or where it has none and `mayAdd` is false; DIGEST_MISMATCH where
 * the bytes are not the announced ones.
 */
export async function storeAsset(
  release: AssetPlace & { readonly mayAdd: boolean },
  asset: AnnouncedAsset,
  open: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const path = pathOf(release, asset.name);
  const subject = `${quote(asset.name)} to release ${quote(release.tag)}`;
  if (await isThere(path, asset, subject)) return;
  if (!release.mayAdd)
    throw new CutwaterError(
      'ASSET_CONFLICT',
      `Cannot add ${subject}: the release is published without it, a draft is wanted`,
      {
        hint: 'Find out who published it; a published release never changes',
      },
    );
  const folder = join(release.place, 'assets');
  const temporary = join(folder, `.upload-${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeChecked(temporary, { ...asset, subject }, open());
    // A link, unlike a rename, never replaces what another process put there in the meantime.
    await link(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    if (isCode(error, 'EEXIST') && (await isThere(path, asset, subject))) return;
    if (error instanceof CutwaterError || !isCode(error)) throw error;
    throw new CutwaterError('DISK', `Cannot add ${subject}: ${error.message}`, { cause: error });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The bytes of an asset. Throws NOT_PUBLISHED where the release has none of this name. */
export async function* readAsset(release: AssetPlace, name: string): AsyncGenerator<Uint8Array> {
  const path = pathOf(release, name);
  if (!(await isFile(path)))
    throw new CutwaterError(
      'NOT_PUBLISHED',
      `Cannot download ${quote(name)} of release ${quote(release.tag)}: it has no such file`,
    );
  yield* readChunks(path);
}

function pathOf({ place, tag }: AssetPlace, text: string): string {
  const name = parseAssetName(text);
  if (name.is === 'ok') return join(place, 'assets', name.value);
  throw new CutwaterError(
    'INPUT_INVALID',
    `Cannot use ${quote(text)} as file of release ${quote(tag)}: its name ${name.reason}`,
    {
      hint: 'Mend the name in the policy, under binaries',
    },
  );
}

async function isThere(path: string, asset: AnnouncedAsset, subject: string): Promise<boolean> {
  if (!(await isFile(path))) return false;
  const found = await digestOfFile(path);
  if (found === asset.digest) return true;
  throw new CutwaterError('ASSET_CONFLICT', `Cannot add ${subject}: it is ${found} there, ${asset.digest} is wanted`);
}

async function isFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: unknown) => readFailure(error, path));
  if (found === undefined) return false;
  if (found.isFile()) return true;
  throw corrupt(path, 'it is not a file');
}

async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(path)) hash.update(chunk);
  return digestFromHex(hash.digest('hex'));
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(path);
  try {
    yield* stream;
  } catch (error) {
    readFailure(error, path);
    throw corrupt(path, 'it went away while it was read');
  }
}

async function writeChecked(
  temporary: string,
  wanted: AnnouncedAsset & { readonly subject: string },
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await openFile(temporary, 'wx');
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > wanted.size) break;
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const found =
    size > wanted.size ? `more than ${wanted.size} bytes` : `${size} bytes with ${digestFromHex(hash.digest('hex'))}`;
  if (found !== `${wanted.size} bytes with ${wanted.digest}`)
    throw new CutwaterError(
      'DIGEST_MISMATCH',
      `Cannot add ${wanted.subject}: it is ${found}, ${wanted.size} bytes with ${wanted.digest} are wanted`,
    );
}

function isCode(error: unknown, code?: string): error is Error {
  return error instanceof Error && 'code' in error && (code === undefined || error.code === code);
}
