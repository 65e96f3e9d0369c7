import { CutwaterError } from '../../domain/error.ts';
import { inspectingPrograms } from '../../policy/needed-programs.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ReleaseWorld } from '../world.ts';

/** What looks at an image runs after the build; that it is not there is learnt before. Throws TOOL_MISSING with all of them. */
export async function requirePrograms(
  { isInstalled }: Pick<ReleaseWorld, 'isInstalled'>,
  policy: Pick<Policy, 'scan' | 'sbom'>,
  act: string,
): Promise<void> {
  const missing: string[] = [];
  for (const { oneOf, wantedBy } of inspectingPrograms(policy)) {
    const found = await Promise.all(oneOf.map(isInstalled));
    if (!found.includes(true)) missing.push(`${oneOf.join(' or ')}, which ${wantedBy} in cutwater.yaml wants`);
  }
  if (missing.length === 0) return;
  throw new CutwaterError('TOOL_MISSING', `Cannot ${act}: not installed here is ${missing.join('; ')}`);
}
