import type { Trust } from '../../domain/trust.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Check } from '../../report/verification.ts';
import { passed } from '../../report/verification.ts';

/** What a machine could sign as CI with: a key that others can read, a key from a descriptor, an OIDC token, nothing. */
export type CiIdentity = 'none' | 'exposed' | 'descriptor' | 'token';

/** Whether this machine can sign as CI, and who else could with what it has. It stops no release that others make. */
export function judgeCiIdentity(
  here: CiIdentity,
  { policy, trust }: { readonly policy: Pick<Policy, 'gates' | 'images'>; readonly trust: Pick<Trust, 'ci'> },
): Check {
  const note = (says: string): Check => ({ name: 'CI key here', is: 'warning', says });
  switch (here) {
    case 'none':
      return note('none; this machine can plan, tag and withdraw, but not release');
    case 'exposed':
      return note(
        'it is in the environment or a file: builds and gates run as the same user and can read it; give it by CUTWATER_CI_KEY_FD',
      );
    case 'descriptor':
      return passed('CI key here', 'CUTWATER_CI_KEY_FD is set: this machine can release');
    case 'token':
      if (!trust.ci.some(({ kind }) => kind === 'keyless'))
        return note(
          'none; the OIDC token signs nothing here, since trust.ci names no workflow: add an entry with "keyless" to it, or give a key',
        );
      return runsCommands(policy)
        ? note(
            "the workflow's OIDC token signs, and its variables stand in the environment of this process: builds and gates are not given them but run as the same user, so they could sign as this workflow while it runs; let it run protected code only",
          )
        : passed('CI key here', "the workflow's OIDC token signs: this machine can release");
  }
}

function runsCommands({ gates, images }: Pick<Policy, 'gates' | 'images'>): boolean {
  return gates.length > 0 || images.some(({ build }) => build.kind === 'dockerfile' || build.prepare.length > 0);
}
