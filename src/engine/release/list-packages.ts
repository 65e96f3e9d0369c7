import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import type { ToolInventory } from '../../domain/tool-inventory.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { SbomTool } from '../../ports/sbom-tool.ts';
import { faultInInventory } from '../../report/documents/judge-inventory.ts';
import { resolveOrFail } from '../facts/read-artifact.ts';
import { readImageContent } from './image-content.ts';

export interface ListedImage {
  readonly repository: ImageRepository;
  /** The manifest of the platform's image. */
  readonly digest: Digest;
  readonly platform: Platform;
}

/** What another program finds in an image. Throws SBOM_BROKEN where its list is about something else, and as the port says. */
export async function listPackages(tool: SbomTool, image: ListedImage): Promise<ToolInventory> {
  const { repository, digest, platform } = image;
  const name = formatPlatform(platform);
  const manifest = await resolveOrFail(repository, digest, `the ${name} image`);
  const inventory = await tool.listPackages({ repository, manifest, platform });
  const fault = faultInInventory(inventory, { manifest: digest, ...(await readImageContent(repository, digest)) });
  if (fault === undefined) return inventory;
  throw new CutwaterError('SBOM_BROKEN', `Cannot use what ${quote(tool.name)} lists of the ${name} image: ${fault}`);
}
