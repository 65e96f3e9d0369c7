import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../files/durable-write.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { compareVersions } from '../../domain/version.ts';
import type { Forge, ForgeRelease } from '../../ports/forge.ts';
import { readAsset, storeAsset } from './asset-file.ts';
import { readFailure } from './read-failure.ts';
import { createRelease, publishRelease, readRelease, setDeprecated } from './release-folder.ts';
import { readReleaseTag, requireReleaseTag } from './release-tag.ts';
import { readLatestTag } from './stored-json.ts';

/**
 * Releases as folders: `TAG/{release.json,notes.md,deprecated.json,assets/NAME}` and `latest.json`. Every file is written
 * whole or not at all; nothing is deleted; entries whose name begins with "." are the leavings of killed runs and are not
 * looked at. Several processes may work at once without a lock: a release appears with one rename, assets with one link,
 * and each file that changes later is written by one operation only.
 *
 * Throws STORE_CORRUPT naming the file where something stored cannot be read, DISK where the disk fails.
 */
export function localForge({ folder }: { readonly folder: string }): Forge {
  const placeOf = (tag: string): string => join(folder, requireReleaseTag(tag));
  const require = async (tag: string, act: string): Promise<ForgeRelease> => {
    const release = await readRelease(placeOf(tag));
    if (release !== undefined) return release;
    throw new CutwaterError('NOT_PUBLISHED', `Cannot ${act} release ${quote(tag)}: there is none in ${quote(folder)}`);
  };
  return {
    kind: 'local',
    description: `local ${folder}`,
    findRelease: async (tag) => (readReleaseTag(tag) === undefined ? undefined : readRelease(placeOf(tag))),
    listReleases: () => listReleases(folder),
    createDraft: async (draft) => createRelease(placeOf(draft.tag), draft),
    uploadAsset: async (tag, asset, open) => {
      const { state } = await require(tag, 'add a file to');
      await storeAsset({ place: placeOf(tag), tag, mayAdd: state === 'draft' }, asset, open);
    },
    downloadAsset: async function* (tag, name) {
      yield* readAsset({ place: placeOf(tag), tag }, name);
    },
    publish: async (tag) => {
      await require(tag, 'publish');
      await publishRelease(placeOf(tag));
    },
    updateNotes: async (tag, { notes, deprecated }) => {
      await require(tag, 'change the notes of');
      await writeDurably(join(placeOf(tag), 'notes.md'), notes);
      await setDeprecated(placeOf(tag), deprecated);
    },
    latest: () => readLatestTag(join(folder, 'latest.json')),
    setLatest: async (tag) => {
      const { state, prerelease } = await require(tag, 'show as the latest');
      if (state === 'draft' || prerelease)
        throw new CutwaterError(
          'NOT_PUBLISHED',
          `Cannot show release ${quote(tag)} as the latest: it is a ${state === 'draft' ? 'draft' : 'prerelease'}, a published release is wanted`,
        );
      await writeDurably(join(folder, 'latest.json'), `${canonicalJson({ schema: 'cutwater.latest/1', tag })}\n`);
    },
  };
}

/** Highest version first. Folders of other names are not releases. */
async function listReleases(folder: string): Promise<readonly ForgeRelease[]> {
  const names = await namesIn(folder);
  const tags = names.flatMap((name) => readReleaseTag(name) ?? []);
  tags.sort((left, right) => compareVersions(right.version, left.version));
  const found: ForgeRelease[] = [];
  for (let at = 0; at < tags.length; at += readAtOnce) {
    const some = tags.slice(at, at + readAtOnce);
    const releases = await Promise.all(some.map(({ tag }) => readRelease(join(folder, tag))));
    found.push(...releases.filter((release) => release !== undefined));
  }
  return found;
}

/** A project of ten years has a thousand releases, each of several files. */
const readAtOnce = 16;

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    return readFailure(error, folder) ?? [];
  }
}
