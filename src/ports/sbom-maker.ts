import type { Digest } from '../domain/digest.ts';
import type { ImageName } from '../domain/image-name.ts';
import type { ReleasedBinary } from '../domain/release-statement.ts';
import type { ToolInventory } from '../domain/tool-inventory.ts';
import type { ImageInventory, InventoryWish } from './image-files.ts';

export interface SbomRequest {
  readonly project: string;
  readonly version: string;
  readonly image: ImageName;
  readonly platform: string;
  /** The platform's manifest. */
  readonly manifest: Digest;
  /** Lock files of the build commit. */
  readonly lockFiles: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly binaries: readonly ReleasedBinary[];
  /** Lists what is in the platform's image. */
  readonly readImage: (wish: InventoryWish) => Promise<ImageInventory>;
  /** What other programs found in the image, beside what Cutwater finds itself. Default: none ran. */
  readonly tools?: readonly ToolInventory[];
  /** Unix seconds of the build commit. */
  readonly timestamp: number;
}

/** Makes an SBOM from evidence: the same request gives the same bytes. */
export interface SbomMaker {
  /** Of Cutwater, as the documents name it. */
  readonly toolVersion: string;
  makeSbom(request: SbomRequest): Promise<Uint8Array>;
}
