import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
import type { RequiredCheck } from '../../policy/checks-schema.ts';
import { checksGate, requiredChecks } from '../../policy/checks-schema.ts';
import type { GateClass } from '../../policy/gate-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Block, Chapter } from './document.ts';
import { say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { classNames, duration } from './project-names.ts';

/** What the releases of a class wait for besides their gates; nothing where they ask for no checks. */
export function awaitedChecks(policy: Policy, gateClass: GateClass): readonly Block[] {
  const wanted = requiredChecks(policy.checks, [gateClass]);
  if (wanted.length === 0) return [];
  const names = enumerate(wanted.map(({ name }) => code(name)));
  return [
    say(prose`Before its gates the release waits for what ${forgeName(policy)} says of the tagged commit: ${names} must
      have passed. See "${title}" below.`),
  ];
}

/** The checks of the forge that releases wait for, and which commit speaks; nothing where the policy names none. */
export function forgeChecks(policy: Policy): readonly Chapter[] {
  const { required, timeoutSeconds, classes } = policy.checks;
  if (required.length === 0) return [];
  const kinds = enumerate(classes.map((kind) => prose`${classNames[kind]}`));
  return [
    {
      title,
      blocks: [
        say(prose`Before anything is built, ${kinds} wait until ${forgeName(policy)} says that these checks of the tagged
          commit have passed, for at most ${duration(timeoutSeconds)}. Nothing but a success passes. What failed, or never
          began, stops the release; what still runs when the time is up leaves it waiting, and the same command goes on
          later. By hand: look at the page of the commit before you tag it.`),
        { kind: 'table', head: ['Check', 'Looks at'], rows: required.map((one) => rowOf(one, policy)) },
        say(prose`A check is not applicable to a commit that changed nothing it looks at, if it did not run there or was
          skipped. Then the newest commit before it speaks where it did run or that changed such a path: on a hotfix
          branch the commits of the branch come first, then those it began at. Where a commit did change such a path and
          the check did not run, that is no pass. The signed statement of the release has them as gate
          ${code(checksGate)}.`),
      ],
      steps: [],
    },
  ];
}

const title = 'Checks of the commit';

function forgeName({ forge }: Policy): string {
  return forgeCapabilities[forge.kind].name;
}

function rowOf({ name, whenChanged }: RequiredCheck, { notBuildInput }: Policy): readonly Inline[] {
  const inputs =
    notBuildInput.length === 0 ? prose`everything` : prose`everything but ${enumerate(notBuildInput.map(code))}`;
  return [code(name), whenChanged.length === 0 ? inputs : prose`${enumerate(whenChanged.map(code))}`];
}
