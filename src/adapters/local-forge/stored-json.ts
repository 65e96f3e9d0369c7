import { readFile } from 'node:fs/promises';
import type { ForgeReleaseState } from '../../ports/forge.ts';
import { corrupt, readFailure } from './read-failure.ts';
import { readReleaseTag } from './release-tag.ts';

/** `release.json`: fixed when the draft is made, but for the state, which goes from draft to published once. */
export interface StoredRelease {
  readonly schema: 'cutwater.forge-release/1';
  readonly tag: string;
  readonly title: string;
  readonly prerelease: boolean;
  readonly state: ForgeReleaseState;
}

/** Reads `release.json`; undefined where there is none. Throws STORE_CORRUPT. */
export async function readStoredRelease(path: string): Promise<StoredRelease | undefined> {
  const json = await readObject(path);
  if (json === undefined) return undefined;
  const { schema, tag, title, prerelease, state } = json;
  if (schema !== 'cutwater.forge-release/1') throw corrupt(path, 'its schema is not cutwater.forge-release/1');
  if (typeof tag !== 'string') throw corrupt(path, 'it has no "tag"');
  if (typeof title !== 'string') throw corrupt(path, 'it has no "title"');
  if (typeof prerelease !== 'boolean') throw corrupt(path, '"prerelease" is neither true nor false');
  if (state !== 'draft' && state !== 'published') throw corrupt(path, '"state" is neither draft nor published');
  return { schema, tag, title, prerelease, state };
}

/** Reads `deprecated.json`; a release without one is not deprecated. Throws STORE_CORRUPT. */
export async function readDeprecated(path: string): Promise<boolean> {
  const json = await readObject(path);
  if (json === undefined) return false;
  const { schema, deprecated } = json;
  if (schema === 'cutwater.forge-deprecated/1' && typeof deprecated === 'boolean') return deprecated;
  throw corrupt(path, 'it does not say whether the release is deprecated');
}

/** Reads `latest.json`; undefined where there is none. Throws STORE_CORRUPT. */
export async function readLatestTag(path: string): Promise<string | undefined> {
  const json = await readObject(path);
  if (json === undefined) return undefined;
  const { schema, tag } = json;
  if (schema === 'cutwater.latest/1' && typeof tag === 'string' && readReleaseTag(tag) !== undefined) return tag;
  throw corrupt(path, 'it does not name a release tag');
}

/** A whole text file in UTF-8, byte for byte; undefined where there is none. Throws STORE_CORRUPT. */
export async function readText(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch((error: unknown) => readFailure(error, path));
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw corrupt(path, 'it is not UTF-8');
  }
}

async function readObject(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    if (isObject(json)) return json;
  } catch {
    throw corrupt(path, 'it is not JSON');
  }
  throw corrupt(path, 'it is not a JSON object');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
