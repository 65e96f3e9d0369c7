import type { Digest } from '../../domain/digest.ts';
import type { ToolInventory } from '../../domain/tool-inventory.ts';

/** The image of one platform, as it really is. */
export interface InventoriedImage {
  readonly manifest: Digest;
  readonly config: Digest;
  readonly diffIds: readonly Digest[];
}

/** Why a list of packages is not about an image; undefined where it is. What it is about must be said, and be right. */
export function faultInInventory({ subject }: ToolInventory, image: InventoriedImage): string | undefined {
  const { config, diffIds, manifest } = subject;
  if (config === undefined && manifest === undefined) return 'it does not say which image it is about';
  if (config !== undefined && config !== image.config)
    return `it is about an image with configuration ${config}, this one has ${image.config}`;
  if (manifest !== undefined && manifest !== image.manifest)
    return `it is about the image ${manifest}, this one is ${image.manifest}`;
  if (diffIds !== undefined && diffIds.join() !== image.diffIds.join())
    return 'it is about other layers than this image has';
  return undefined;
}
