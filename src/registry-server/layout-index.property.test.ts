import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Digest } from '../domain/digest.ts';
import { digestOf } from '../domain/digest.ts';
import type { ImageTag } from '../domain/image-name.ts';
import { imageTag } from '../domain/image-name.ts';
import { mediaTypes } from '../domain/oci.ts';
import type { ContentDigest } from './content-digest.ts';
import type { LayoutIndex, NewManifest } from './layout-index.ts';
import {
  emptyLayoutIndex,
  formatLayoutIndex,
  parseLayoutIndex,
  withManifest,
  withoutManifest,
  withoutTag,
} from './layout-index.ts';

type Action =
  | { readonly kind: 'put'; readonly digest: Digest; readonly tags: readonly ImageTag[] }
  | { readonly kind: 'delete-tag'; readonly tag: ImageTag }
  | { readonly kind: 'delete-manifest'; readonly digest: Digest };

const tag = fc.constantFrom('1.0.0', '1.0', 'latest').map(imageTag);
const digest = fc.constantFrom('a', 'b', 'c').map((text) => digestOf(text));
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('put'), digest, tags: fc.uniqueArray(tag) }),
  fc.record({ kind: fc.constant('delete-tag'), tag }),
  fc.record({ kind: fc.constant('delete-manifest'), digest }),
);

function toManifest(of: Digest): NewManifest {
  return { mediaType: mediaTypes.ociManifest, digest: of, size: 1, subject: undefined };
}

function act(index: LayoutIndex, next: Action): LayoutIndex {
  if (next.kind === 'put') return withManifest(index, toManifest(next.digest), next.tags);
  return next.kind === 'delete-tag' ? withoutTag(index, next.tag) : withoutManifest(index, next.digest);
}

test('an index of any history knows the same tags and manifests as a plain map, and survives being written and read', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
      let index = emptyLayoutIndex;
      const tags = new Map<ImageTag, ContentDigest>();
      const manifests = new Set<ContentDigest>();
      for (const next of actions) {
        index = act(index, next);
        if (next.kind === 'put') {
          manifests.add(next.digest);
          for (const name of next.tags) tags.set(name, next.digest);
        } else if (next.kind === 'delete-tag') tags.delete(next.tag);
        else {
          manifests.delete(next.digest);
          for (const [name, target] of tags) if (target === next.digest) tags.delete(name);
        }
        const read = parseLayoutIndex(Buffer.from(formatLayoutIndex(index)));
        assert.ok(read !== undefined);
        for (const each of [index, read]) {
          assert.deepEqual(new Map([...each.byTag].map(([name, entry]) => [name, entry.digest])), tags);
          assert.deepEqual(new Set(each.byDigest.keys()), manifests);
          const keys = each.entries.map((entry) => `${entry.tag ?? ''} ${entry.digest}`);
          assert.equal(new Set(keys).size, keys.length, 'no entry twice');
          const tagged = new Set(tags.values());
          for (const entry of each.entries)
            assert.ok(entry.tag !== undefined || !tagged.has(entry.digest), 'untagged means no tag');
        }
      }
    }),
  );
});

test('withManifest() gives the same index back where nothing changes, so that nothing is written', () => {
  const index = withManifest(emptyLayoutIndex, toManifest(digestOf('a')), [imageTag('v1')]);
  assert.equal(withManifest(index, toManifest(digestOf('a')), [imageTag('v1')]), index);
  assert.equal(withManifest(index, toManifest(digestOf('a')), []), index);
});

test('parseLayoutIndex() refuses what is no index', () => {
  for (const text of ['', '[]', 'null', '{"manifests":{}}', '{"manifests":['])
    assert.equal(parseLayoutIndex(Buffer.from(text)), undefined);
});
