import { buildMatrix } from '../../policy/build-matrix.ts';
import type { NeededProgram } from '../../policy/needed-programs.ts';
import { buildingPrograms, inspectingPrograms, judgingPrograms } from '../../policy/needed-programs.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import type { CiIdentity } from './ci-identity.ts';

/** Whether the programs that the policy wants are here. Who only signs tags needs those alone that judge signatures. */
export async function examinePrograms(
  policy: Policy,
  isInstalled: (program: string) => Promise<boolean>,
  ciIdentity: CiIdentity,
): Promise<readonly Check[]> {
  const builds = buildingPrograms(policy);
  // With machines that build one platform each, the one that publishes need not build.
  const isElsewhere = buildMatrix(policy).length > 0;
  const needs = [
    ...judgingPrograms(policy).map((need) => ({ need, stops: true })),
    ...builds.map((need) => ({ need, stops: ciIdentity !== 'none' && !isElsewhere })),
    ...inspectingPrograms(policy).map((need) => ({ need, stops: ciIdentity !== 'none' })),
  ];
  return Promise.all(
    needs.map(async ({ need, stops }) => {
      const found = await firstOf(need, isInstalled);
      const name = `program for ${need.wantedBy}`;
      if (found !== undefined) return passed(name, `${found} is installed`);
      const says = `${need.oneOf.join(' or ')} is not installed here`;
      if (stops) return failed(name, `${says}; install it`);
      return {
        name,
        is: 'warning' as const,
        says: `${says}; who makes releases needs it, who only signs tags does not`,
      };
    }),
  );
}

async function firstOf(
  { oneOf }: NeededProgram,
  isInstalled: (program: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const program of oneOf) if (await isInstalled(program)) return program;
  return undefined;
}
