import type { Parsed } from '../../domain/brand.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ReportedInventory, SbomToolName } from '../../domain/tool-inventory.ts';
import type { SbomTool } from '../../ports/sbom-tool.ts';
import type { ToolResult } from '../process/run-tool.ts';
import type { ImageTool } from './image-tool.ts';
import { brokenTool, maximumReportBytes, openImageTool } from './image-tool.ts';
import type { ImageToolOptions } from './tool-place.ts';
import { noNetwork } from './tool-place.ts';

/** What is special about a program that lists packages. */
export interface ListingProgram {
  readonly name: SbomToolName;
  /** Variables of our own, by the folder that is its home. */
  readonly variables: (home: string) => Readonly<Record<string, string>>;
  /** The words that make it write its report to its output. It runs in the folder of the layout. */
  readonly words: (tool: ImageTool) => readonly string[] | Promise<readonly string[]>;
  readonly read: (report: Uint8Array) => Parsed<ReportedInventory>;
  /** Kinds of packages that these words do not make it look for. */
  readonly unread: readonly string[];
}

/**
 * Runs a program that lists packages as everything that looks at an image runs, with proxies that lead nowhere. It is in
 * the folder of the layout, since a ":" or "@" in a path would be taken for a tag or a digest.
 */
export function sbomTool(
  options: ImageToolOptions,
  { name, variables, words, read, unread }: ListingProgram,
): SbomTool {
  const broken = brokenTool(name, { code: 'SBOM_BROKEN', act: 'list what is in the image' });
  return {
    name,
    async listPackages(target) {
      const own = (home: string) => ({ ...noNetwork, ...variables(home) });
      const tool = await openImageTool({ ...options, name }, target, { passed: [], own, hashed: true });
      const args = await words(tool);
      const result = await bounded(tool, args).catch((error: unknown) => {
        // Its output is the report, so an endless one is what is wrong with it.
        throw isCutwaterError(error, 'TOOL_FAILED') ? broken.because('failed', [error.message]) : error;
      });
      if (result.exitCode !== 0) throw broken.ended(result);
      const { version, ...inventory } = broken.report(read(result.stdout), target);
      return {
        tool: { name, version: plainVersion(version), sha256: tool.program.sha256 ?? '' },
        ...inventory,
        unread,
      };
    },
  };
}

function bounded(tool: ImageTool, args: readonly string[]): Promise<ToolResult> {
  return tool.run(args, { cwd: tool.layout, maxOutputBytes: maximumReportBytes });
}

/** Programs that were built by hand say things like "[not provided]". */
function plainVersion(text: string): string {
  return /^[0-9A-Za-z][\w.+~-]{0,63}$/.test(text) ? text : 'unknown';
}
