import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Digest } from '../domain/digest.ts';
import { digestOf } from '../domain/digest.ts';
import type { ErrorCode } from '../domain/error-catalogue.ts';
import { deprecatedMark } from '../domain/deprecated-mark.ts';
import { isCutwaterError } from '../domain/error.ts';
import { forgeCapabilities } from '../domain/forge-capabilities.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { objectId } from '../domain/object-id.ts';
import type { Forge } from './forge.ts';

const notes = '# Notes\r\n\r\nÜmlaut, 😀, <b>Markdown</b>\n';
const withdrawn = `${deprecatedMark}\nwithdrawn`;
const draft = { tag: 'v1.2.3', title: 'App 1.2.3', notes, prerelease: false };

/** The tags there are where the forge has the repository, unless a claim needs a missing one. */
export const contractTags = ['v1.0.0', 'v1.1.0', 'v1.2.3', 'v1.3.0-rc.1', 'v2.0.0'] as const;

export interface OpenedForge {
  readonly forge: Forge;
  readonly other: Forge;
  /** The tag object of one of `contractTags`. */
  readonly object: (tag: string) => ObjectId;
}

type Verified = (tag: string) => { readonly object: ObjectId };

/** For forges that have no repository, and for fakes: an object id that depends on the tag. */
export function sampleTagObject(tag: string): ObjectId {
  return objectId(digestOf(tag).slice('sha256:'.length, 'sha256:'.length + 40));
}

/** What every forge does, whoever implements it. `open` gives an empty one, seen by two processes. */
export function forgeContract(name: string, open: (context: TestContext) => Promise<OpenedForge>): void {
  const claim = (text: string, body: (forge: Forge, other: Forge, verified: Verified) => Promise<void>): void => {
    test(`${name}: ${text}`, async (context) => {
      const { forge, other, object } = await open(context);
      await body(forge, other, (tag) => ({ object: object(tag) }));
    });
  };

  claim('an empty forge has no release and no latest one', async (forge) => {
    deepEqual(await forge.listReleases(), []);
    equal(await forge.findRelease('v1.2.3'), undefined);
    equal(await forge.latest(), undefined);
  });

  claim('a draft is found as it was made, byte for byte, and is no one else', async (forge, other) => {
    await forge.createDraft(draft);
    deepEqual(await other.findRelease('v1.2.3'), { ...draft, state: 'draft', deprecated: false, assets: [] });
    equal(await other.findRelease('v1.2.4'), undefined);
  });

  claim('a second draft of a tag changes nothing, not even after publishing', async (forge, other, verified) => {
    await forge.createDraft(draft);
    await forge.publish('v1.2.3', verified('v1.2.3'));
    await other.createDraft({ ...draft, title: 'Other', notes: 'other' });
    const found = await forge.findRelease('v1.2.3');
    equal(found?.title, draft.title);
    equal(found?.notes, notes);
    equal(found?.state, 'published');
  });

  claim('an asset is downloaded as it was uploaded', async (forge, other) => {
    await forge.createDraft(draft);
    const bytes = new Uint8Array(300_000).map((_, index) => index % 251);
    await forge.uploadAsset('v1.2.3', announced('app+1.bin', bytes), () => inPieces(bytes, 65_537));
    await forge.uploadAsset('v1.2.3', announced('empty', new Uint8Array()), () => inPieces(new Uint8Array(), 1));
    deepEqual((await other.findRelease('v1.2.3'))?.assets, [
      { name: 'app+1.bin', size: 300_000 },
      { name: 'empty', size: 0 },
    ]);
    equal(digestOf(await collect(other.downloadAsset('v1.2.3', 'app+1.bin'))), digestOf(bytes));
    equal((await collect(other.downloadAsset('v1.2.3', 'empty'))).length, 0);
  });

  claim(
    'the same asset again is done, also on a published release; other bytes are a conflict naming both digests',
    async (forge, other, verified) => {
      await forge.createDraft(draft);
      await upload(forge, { name: 'app', content: 'one' });
      await upload(other, { name: 'app', content: 'one' });
      await forge.publish('v1.2.3', verified('v1.2.3'));
      await upload(other, { name: 'app', content: 'one' });
      await rejects(upload(other, { name: 'app', content: 'two' }), (error) => {
        ok(isCutwaterError(error, 'ASSET_CONFLICT'));
        return error.message.includes(digestOf('one')) && error.message.includes(digestOf('two'));
      });
      equal(text(await collect(forge.downloadAsset('v1.2.3', 'app'))), 'one');
    },
  );

  claim('bytes that are not the announced ones are refused and leave nothing', async (forge) => {
    await forge.createDraft(draft);
    const right = announced('app', encode('right'));
    for (const wrong of ['wrong', 'righ', 'right and more'])
      await fails(
        forge.uploadAsset('v1.2.3', right, () => inPieces(encode(wrong), 2)),
        'DIGEST_MISMATCH',
      );
    deepEqual((await forge.findRelease('v1.2.3'))?.assets, []);
    await upload(forge, { name: 'app', content: 'right' });
  });

  claim('an upload that breaks off can be done again', async (forge) => {
    await forge.createDraft(draft);
    const asset = announced('app', encode('whole'));
    await rejects(forge.uploadAsset('v1.2.3', asset, breaksOff), /the line is dead/);
    deepEqual((await forge.findRelease('v1.2.3'))?.assets, []);
    await upload(forge, { name: 'app', content: 'whole' });
  });

  claim('publishing twice is publishing once', async (forge, other, verified) => {
    await forge.createDraft(draft);
    await forge.publish('v1.2.3', verified('v1.2.3'));
    await other.publish('v1.2.3', verified('v1.2.3'));
    equal((await forge.findRelease('v1.2.3'))?.state, 'published');
  });

  claim('notes and the deprecated mark can be set and taken back', async (forge, other, verified) => {
    await forge.createDraft(draft);
    await forge.publish('v1.2.3', verified('v1.2.3'));
    await forge.updateNotes('v1.2.3', { notes: withdrawn, deprecated: true });
    const marked = await other.findRelease('v1.2.3');
    deepEqual([marked?.notes, marked?.deprecated, marked?.state], [withdrawn, true, 'published']);
    await forge.updateNotes('v1.2.3', { notes, deprecated: false });
    const restored = await other.findRelease('v1.2.3');
    deepEqual([restored?.notes, restored?.deprecated], [notes, false]);
  });

  claim(
    'the latest release is a published one that is no prerelease, and where it can be set the one that was set last',
    async (forge, other, verified) => {
      const { latest } = forgeCapabilities[forge.kind];
      const isSettable = latest === 'settable';
      await forge.createDraft(draft);
      await fails(forge.setLatest('v1.2.3'), isSettable ? 'NOT_PUBLISHED' : 'FORGE_REFUSED');
      await forge.publish('v1.2.3', verified('v1.2.3'));
      await forge.createDraft({ ...draft, tag: 'v1.1.0' });
      await forge.publish('v1.1.0', verified('v1.1.0'));
      if (isSettable) await forge.setLatest('v1.2.3');
      const shown = await other.latest();
      ok(isSettable ? shown === 'v1.2.3' : shown === 'v1.2.3' || shown === 'v1.1.0', shown);
      if (latest === 'by-date-with-candidates') return;
      await forge.createDraft({ ...draft, tag: 'v1.3.0-rc.1', prerelease: true });
      await forge.publish('v1.3.0-rc.1', verified('v1.3.0-rc.1'));
      if (isSettable) await fails(forge.setLatest('v1.3.0-rc.1'), 'NOT_PUBLISHED');
      await forge.updateNotes('v1.1.0', { notes: withdrawn, deprecated: true });
      await forge.updateNotes('v1.2.3', { notes: 'edited', deprecated: false });
      equal(await other.latest(), shown, 'neither a prerelease nor an edit moves it');
      if (!isSettable) return;
      await forge.updateNotes('v1.2.3', { notes: withdrawn, deprecated: true });
      equal(await other.latest(), 'v1.2.3', 'an edit of the latest does not take it away');
      await forge.createDraft({ ...draft, tag: 'v2.0.0' });
      await forge.publish('v2.0.0', verified('v2.0.0'));
      equal(await other.latest(), 'v1.2.3', 'what is published does not become it by itself');
    },
  );

  claim('what is not there cannot be published, changed, filled or downloaded', async (forge, _other, verified) => {
    await fails(forge.publish('v9.9.9', verified('v9.9.9')), 'NOT_PUBLISHED');
    await fails(forge.updateNotes('v9.9.9', { notes, deprecated: false }), 'NOT_PUBLISHED');
    const isSettable = forgeCapabilities[forge.kind].latest === 'settable';
    await fails(forge.setLatest('v9.9.9'), isSettable ? 'NOT_PUBLISHED' : 'FORGE_REFUSED');
    await fails(
      forge.uploadAsset('v9.9.9', announced('app', encode('x')), () => inPieces(encode('x'), 1)),
      'NOT_PUBLISHED',
    );
    await fails(collect(forge.downloadAsset('v9.9.9', 'app')), 'NOT_PUBLISHED');
    equal(await forge.findRelease('v9.9.9'), undefined);
  });

  claim(
    'two processes that make, fill and publish releases at once lose none of them',
    async (forge, other, verified) => {
      const tags = ['v1.0.0', 'v1.1.0', 'v2.0.0'];
      const run = async (side: Forge, tag: string): Promise<void> => {
        await side.createDraft({ ...draft, tag });
        await upload(side, { name: 'app', content: 'same bytes', tag });
        await side.publish(tag, verified(tag));
        await side.updateNotes(tag, { notes: withdrawn, deprecated: true });
      };
      await Promise.all(tags.flatMap((tag) => [run(forge, tag), run(other, tag)]));
      const found = await forge.listReleases();
      deepEqual(found.map(({ tag }) => tag).sort(), tags);
      for (const { tag, state, deprecated } of found) {
        deepEqual({ state, deprecated }, { state: 'published', deprecated: true });
        deepEqual((await other.findRelease(tag))?.assets, [{ name: 'app', size: 10 }]);
      }
    },
  );

  claim(
    'of two different files of one name uploaded at once, one is kept whole and the other is a conflict',
    async (forge, other) => {
      await forge.createDraft(draft);
      const outcomes = await Promise.allSettled([
        upload(forge, { name: 'app', content: 'left' }),
        upload(other, { name: 'app', content: 'right' }),
      ]);
      equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      const kept = text(await collect(forge.downloadAsset('v1.2.3', 'app')));
      equal(kept, outcomes[0]?.status === 'fulfilled' ? 'left' : 'right');
    },
  );
}

function announced(
  name: string,
  bytes: Uint8Array,
): { readonly name: string; readonly digest: Digest; readonly size: number } {
  return { name, digest: digestOf(bytes), size: bytes.length };
}

function upload(
  forge: Forge,
  asset: { readonly name: string; readonly content: string; readonly tag?: string },
): Promise<void> {
  const { name, content, tag = 'v1.2.3' } = asset;
  const bytes = encode(content);
  return forge.uploadAsset(tag, announced(name, bytes), () => inPieces(bytes, 3));
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* breaksOff(): AsyncGenerator<Uint8Array> {
  yield encode('wh');
  throw new Error('the line is dead');
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function fails(effect: Promise<unknown>, code: ErrorCode): Promise<void> {
  await rejects(effect, (error) => isCutwaterError(error, code));
}

function encode(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
