import type { SbomToolName, ToolInventory } from '../domain/tool-inventory.ts';
import type { ScanTarget } from './scanner.ts';

/**
 * A program of others that lists what is in an image. It runs without any secret and is given no way to the network. Throws
 * TOOL_MISSING where it is not installed, VERIFICATION_FAILED where it is not the pinned one, and SBOM_BROKEN where it
 * crashes, takes too long, or its report cannot be read: never half a list.
 */
export interface SbomTool {
  readonly name: SbomToolName;
  listPackages(target: ScanTarget): Promise<ToolInventory>;
}

/** Which program, and where only one may run, its SHA-256 in hexadecimal. */
export interface SbomToolOrder {
  readonly tool: SbomToolName;
  readonly sha256?: string | undefined;
}
