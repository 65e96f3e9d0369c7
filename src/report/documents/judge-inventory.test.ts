import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { inventoryBy } from '../../../test/make/tool-inventory.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ToolInventory } from '../../domain/tool-inventory.ts';
import { faultInInventory } from './judge-inventory.ts';

const image = { manifest: digestOf('manifest'), config: digestOf('config'), diffIds: [digestOf('a'), digestOf('b')] };
const nothing = { config: undefined, diffIds: undefined, manifest: undefined };

test('a list counts where it says which image it is about, and everything it says of it is right', () => {
  equal(faultIn({ config: image.config }), undefined);
  equal(faultIn({ manifest: image.manifest }), undefined);
  equal(faultIn(image), undefined);
  match(faultIn({}) ?? '', /does not say which image/);
  match(faultIn({ diffIds: image.diffIds }) ?? '', /does not say which image/);
  match(faultIn({ config: digestOf('x') }) ?? '', /about an image with configuration sha256:/);
  match(faultIn({ ...image, config: digestOf('x') }) ?? '', /about an image with configuration/);
  match(faultIn({ ...image, manifest: digestOf('x') }) ?? '', /it is about the image sha256:/);
  match(faultIn({ ...image, diffIds: image.diffIds.toReversed() }) ?? '', /about other layers/);
  match(faultIn({ ...image, diffIds: [] }) ?? '', /about other layers/);
});

function faultIn(subject: Partial<ToolInventory['subject']>): string | undefined {
  return faultInInventory({ ...inventoryBy('syft', []), subject: { ...nothing, ...subject } }, image);
}
