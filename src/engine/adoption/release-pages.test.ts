import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../../domain/version.ts';
import type { ReleaseOutline } from '../../ports/release-list.ts';
import { pageGaps, readReleasePages, undecidedVersions } from './release-pages.ts';

void test('of several releases of a tag the published one counts, and what is no version is only counted', async () => {
  const pages = await read([
    { tag: 'v1.0.0', state: 'draft', files: 9 },
    { tag: 'v1.0.0', state: 'published', files: 2 },
    { tag: 'v1.0.0', state: 'draft', files: 0 },
    { tag: 'nightly\u001b[31m', state: 'published', files: 1 },
    { tag: 'withdrawn/v1.0.0/1', state: 'published', files: 1 },
    { tag: '__proto__', state: 'published', files: 1 },
  ]);
  assert.deepEqual([...pages.byTag.values()], [{ tag: 'v1.0.0', state: 'published', files: 2 }]);
  assert.equal(pages.others, 3);
});

void test('what registry or forge have without a tag is listed once, highest first', async () => {
  const pages = await read([
    { tag: 'v1.2.0', state: 'published', files: 0 },
    { tag: 'v0.9.0', state: 'draft', files: 0 },
    { tag: 'v1.0.0', state: 'published', files: 0 },
  ]);
  const held = new Set(['1.0.0', '1.2.0', '1.10.0', '1.2', 'latest', 'sha-0123456789ab', 'statement-1.3.0']);
  assert.deepEqual(undecidedVersions([readVersion('1.0.0')], held, pages), [
    { version: '1.10.0', image: true, page: 'none' },
    { version: '1.2.0', image: true, page: 'published' },
    { version: '0.9.0', image: false, page: 'draft' },
  ]);
  assert.deepEqual(undecidedVersions([readVersion('1.0.0')], new Set(['1.0.0']), undefined), []);
});

void test('a page that is missing, a draft, or was published before its files is said; files nobody wants are not', async () => {
  const pages = await read([
    { tag: 'v1.0.0', state: 'draft', files: 3 },
    { tag: 'v1.1.0', state: 'published', files: 0 },
  ]);
  assert.deepEqual(pageGaps(pages, 'v0.1.0', true), ['no release page']);
  assert.deepEqual(pageGaps(pages, 'v1.0.0', true), ['its release is still a draft']);
  assert.deepEqual(pageGaps(pages, 'v1.1.0', true), ['its release was published without files']);
  assert.deepEqual(pageGaps(pages, 'v1.1.0', false), []);
  assert.deepEqual(pageGaps(undefined, 'v1.1.0', true), [], 'a forge that was not read lacks nothing');
});

function read(listed: readonly ReleaseOutline[]) {
  const releases = async function* (): AsyncGenerator<ReleaseOutline> {
    yield* listed;
  };
  return readReleasePages({ description: 'github host/x', releases });
}
