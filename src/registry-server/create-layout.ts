import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createDurably, syncFolder } from '../adapters/files/durable-write.ts';
import type { LayoutIndex } from './layout-index.ts';
import { emptyLayoutIndex, formatLayoutIndex } from './layout-index.ts';
import { blobFolder } from './repository-name.ts';

/** Makes an empty layout below `root`, durably. `index.json` comes last: a layout that has one is whole. Runs under the lock. */
export async function createLayout(root: string, layout: string): Promise<LayoutIndex> {
  await mkdir(blobFolder(layout, 'sha256'), { recursive: true });
  await createDurably(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}\n');
  await createDurably(join(layout, 'index.json'), formatLayoutIndex(emptyLayoutIndex));
  await syncFolder(join(layout, 'blobs'));
  for (let folder = layout; folder !== root && folder !== dirname(folder); folder = dirname(folder))
    await syncFolder(dirname(folder));
  return emptyLayoutIndex;
}
