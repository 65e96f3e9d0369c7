import type { Digest } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { parsePlatform } from '../../domain/platform.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { SbomToolName, ToolInventory } from '../../domain/tool-inventory.ts';
import { sbomToolNames } from '../../domain/tool-inventory.ts';
import { compareSightings, describeDifference } from '../../report/documents/judge-sbom.ts';
import type { Sbom, SbomTool } from '../../report/documents/read-sbom.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import { listPackages } from '../release/list-packages.ts';
import type { VerifyWorld } from '../world.ts';
import { guarded } from './guarded-check.ts';

/** A signed SBOM, with the way to make it again together with what other programs find. */
export interface RerunRequest {
  readonly stated: Sbom;
  /** What names of checks of this image begin with. */
  readonly prefix: string;
  readonly platform: string;
  readonly digest: Digest;
  readonly remake: (tools: readonly ToolInventory[]) => Promise<Sbom>;
}

/**
 * Lets every program that had a part in an SBOM look at the image again, and compares what it finds. A program that is not
 * here leaves its part unchecked, and the check says so. The same program must find the same; another one may differ.
 */
export async function rerunTools(
  world: Pick<VerifyWorld, 'repository' | 'sbomTool'>,
  request: RerunRequest,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  // Whoever signed it may have named a program a million times.
  const named = new Map(request.stated.tools.slice(1).map((tool) => [tool.name, tool]));
  const nameOf = (tool: SbomTool): string => `${request.prefix}sbom by ${escapeText(tool.name)} ${request.platform}`;
  for (const tool of [...named.values()].slice(0, maximumTools))
    checks.push(await guarded(nameOf(tool), () => rerunTool(world, request, { name: nameOf(tool), tool })));
  const others = named.size - checks.length;
  if (others > 0)
    checks.push(
      failed(`${request.prefix}sbom ${request.platform}`, `it names ${others} more programs than anybody runs`),
    );
  return checks;
}

// Many more than there will ever be.
const maximumTools = 20;

async function rerunTool(
  { repository, sbomTool }: Pick<VerifyWorld, 'repository' | 'sbomTool'>,
  { stated, platform, digest, remake }: RerunRequest,
  { name, tool }: { readonly name: string; readonly tool: SbomTool },
): Promise<Check> {
  const parsed = parsePlatform(platform);
  const known = sbomToolNames.find((one) => one === tool.name);
  const count = stated.components.filter(({ sightings }) => sightings.some((one) => one.tool === tool.name)).length;
  if (known === undefined || parsed.is === 'refused')
    return notRerun(name, { tool, count, why: `this version of Cutwater does not know ${quote(tool.name)}` });
  const inventory = await runIfThere(() =>
    listPackages(sbomTool({ tool: known }), { repository, digest, platform: parsed.value }),
  );
  if (inventory === undefined) return notRerun(name, { tool, count, why: `${known} is not installed here` });
  return compareTool(name, { stated, made: await remake([inventory]), tool, ran: inventory.tool, known });
}

async function runIfThere(run: () => Promise<ToolInventory>): Promise<ToolInventory | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isCutwaterError(error, 'TOOL_MISSING')) return undefined;
    throw error;
  }
}

function compareTool(
  name: string,
  {
    stated,
    made,
    tool,
    ran,
    known,
  }: {
    readonly stated: Sbom;
    readonly made: Sbom;
    readonly tool: SbomTool;
    readonly ran: ToolInventory['tool'];
    readonly known: SbomToolName;
  },
): Check {
  const same = ran.sha256 === tool.sha256;
  const program = same ? `the same ${known}` : `${known} ${ran.version}, not the program of the release,`;
  const differences = describeDifference(compareSightings(stated, made, known));
  if (differences === undefined) return passed(name, `${program} finds the same packages again`);
  const says = `${program} finds something else: ${differences}`;
  return same ? failed(name, says) : { name, is: 'warning', says };
}

function notRerun(
  name: string,
  { tool, count, why }: { readonly tool: SbomTool; readonly count: number; readonly why: string },
): Check {
  const says = `${why}: what it named was not looked for again, ${count} package${count === 1 ? '' : 's'}`;
  const version = tool.version === 'unknown' ? '' : ` ${tool.version}`;
  const program = escapeText(`${tool.name}${version}, the program with the SHA-256 ${tool.sha256}`);
  const next = `Install ${program}, and verify again; what Cutwater itself found was made again without it`;
  return { name, is: 'unchecked', says, because: 'no-answer', next };
}
