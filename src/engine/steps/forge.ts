import type { Digest } from '../../domain/digest.ts';
import { digestFromHex } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { Forge, ForgeAsset, ForgeRelease } from '../../ports/forge.ts';
import { documentLimit, readWhole } from '../facts/read-artifact.ts';
import type { StepHandler } from '../run-step.ts';
import { createHash } from 'node:crypto';

export interface DraftEffect {
  readonly tag: string;
  readonly title: string;
  readonly notes: string;
  readonly prerelease: boolean;
}

/** A draft, or the release it became: notes are people's to edit, so they are not compared. */
export function draftHandler(forge: Forge, draft: DraftEffect): StepHandler<ForgeRelease> {
  return {
    observe: async () => {
      const found = await forge.findRelease(draft.tag);
      return found === undefined ? { is: 'absent' } : { is: 'present', evidence: found };
    },
    apply: () => forge.createDraft(draft),
  };
}

export interface AssetEffect {
  readonly tag: string;
  readonly name: string;
  readonly digest: Digest;
  readonly size: number;
}

/** An asset with exactly these bytes, proved by downloading it. */
export function assetHandler(
  forge: Forge,
  asset: AssetEffect,
  open: () => AsyncIterable<Uint8Array>,
): StepHandler<Digest> {
  return {
    observe: async () => {
      const release = await forge.findRelease(asset.tag);
      if (!release?.assets.some(({ name }) => name === asset.name)) {
        if (release?.state === 'published') return { is: 'conflict', error: missingAsset(forge, asset) };
        return { is: 'absent' };
      }
      const digest = await hashStream(forge.downloadAsset(asset.tag, asset.name), asset.size);
      if (digest === asset.digest) return { is: 'present', evidence: digest };
      return { is: 'conflict', error: assetConflict(forge, asset, digest) };
    },
    apply: () => forge.uploadAsset(asset.tag, asset, open),
  };
}

/** Gives the draft its notes and publishes it; what is published already keeps the notes people gave it since. */
export function publishHandler(
  forge: Forge,
  { tag, object, notes }: { readonly tag: string; readonly object: ObjectId; readonly notes: string },
): StepHandler<ForgeRelease> {
  return {
    observe: async () => {
      const found = await forge.findRelease(tag);
      return found?.state === 'published' ? { is: 'present', evidence: found } : { is: 'absent' };
    },
    apply: async () => {
      await forge.updateNotes(tag, { notes, deprecated: false });
      await forge.publish(tag, { object });
    },
  };
}

export function latestHandler(forge: Forge, tag: string): StepHandler<string> {
  return {
    observe: async () => ((await forge.latest()) === tag ? { is: 'present', evidence: tag } : { is: 'absent' }),
    apply: () => forge.setLatest(tag),
  };
}

/** A small asset, such as a signature; one that is larger than it could ever be is not read. */
export async function readAssetWhole(forge: Forge, tag: string, asset: ForgeAsset): Promise<Uint8Array> {
  if (asset.size <= documentLimit) return readWhole(forge.downloadAsset(tag, asset.name));
  throw new CutwaterError(
    'ASSET_CONFLICT',
    `Cannot read ${quote(asset.name)} of ${tag} on ${forge.description}: it has ${asset.size} bytes, at most ${documentLimit} are wanted`,
  );
}

/** The digest of a stream; undefined for one that goes on beyond so many bytes, of which no more are read then. */
export async function hashStream(stream: AsyncIterable<Uint8Array>, limit: number): Promise<Digest | undefined> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) return undefined;
    hash.update(chunk);
  }
  return digestFromHex(hash.digest('hex'));
}

function assetConflict(forge: Forge, asset: AssetEffect, found: Digest | undefined): CutwaterError {
  return new CutwaterError(
    'ASSET_CONFLICT',
    `Cannot add ${quote(asset.name)} to ${asset.tag} on ${forge.description}: it is ${found ?? `above ${asset.size} bytes`} there, ${asset.digest} is wanted`,
  );
}

function missingAsset(forge: Forge, asset: AssetEffect): CutwaterError {
  return new CutwaterError(
    'ASSET_CONFLICT',
    `Cannot add ${quote(asset.name)} to ${asset.tag} on ${forge.description}: the release is published without it`,
    { hint: 'Someone else published this release; release the next version' },
  );
}
