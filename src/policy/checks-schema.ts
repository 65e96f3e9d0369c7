import type { GateClass } from './gate-policy.ts';
import { parseDuration } from './duration.ts';
import * as z from './field.ts';
import { choice, filledText, parsedText, section } from './parsed-text.ts';
import type { PolicyProblem } from './policy-problem.ts';
import { parsePathPattern } from './repository-path.ts';

/** What the forge must say of a commit before it is released. */
export interface ChecksPolicy {
  readonly required: readonly RequiredCheck[];
  readonly timeoutSeconds: number;
  readonly classes: readonly Exclude<GateClass, 'edge'>[];
}

export interface RequiredCheck {
  /** As the forge shows it: the name of a check run, or the context of a status. */
  readonly name: string;
  /** The path filter of its workflow. Empty: it runs for whatever is a build input. */
  readonly whenChanged: readonly string[];
}

export const checksSchema = section('a mapping with required', {
  required: z
    .array(
      section('a mapping with name', {
        name: filledText({
          wanted: 'the name of a check, as the forge shows it',
          description: 'Name of a check run, or context of a commit status.',
        }),
        whenChanged: z
          .array(
            parsedText(
              {
                wanted: 'a path pattern such as "web/**"',
                description: 'A path; "*" stands for any part of one name, "**" for any folders.',
              },
              parsePathPattern,
            ),
            { error: 'a list of path patterns' },
          )
          .min(1, { error: 'a list of at least one path pattern' })
          .optional()
          .meta({
            description:
              'The path filter of its workflow: where none of them changed, the check of an earlier commit counts. Default: all that is a build input.',
          }),
      }),
      { error: 'a list of checks' },
    )
    .default([])
    .meta({ description: 'Checks that must have passed for the commit of a release.' }),
  timeout: parsedText(
    {
      wanted: 'a time such as "30m"',
      description: 'How long to wait for checks that still run.',
      pattern: '^(\\d+h)?(\\d+m)?(\\d+s)?$',
      examples: ['30m'],
    },
    parseDuration,
  ).prefault('30m'),
  classes: z
    .array(choice(['rc', 'stable', 'hotfix'], 'A class of releases.'), {
      error: 'a list of "rc", "stable" and "hotfix"',
    })
    .min(1, { error: 'a list of at least one of "rc", "stable", "hotfix"' })
    .default(['rc', 'stable', 'hotfix'])
    .meta({ description: 'Which releases wait for them.' }),
})
  .prefault({})
  .meta({ description: 'What the forge must say of a commit: its checks and statuses.' });

type ChecksDocument = z.output<typeof checksSchema>;

export function completeChecks({ required, timeout, classes }: ChecksDocument): ChecksPolicy {
  return {
    required: required.map(({ name, whenChanged = [] }) => ({ name, whenChanged })),
    timeoutSeconds: timeout,
    classes,
  };
}

/** The checks that a release of any of these classes waits for. */
export function requiredChecks(
  { required, classes }: ChecksPolicy,
  asked: readonly GateClass[],
): readonly RequiredCheck[] {
  return classes.some((one) => asked.includes(one)) ? required : [];
}

/** The name under which a statement records that the forge's checks had passed. */
export const checksGate = 'forge-checks';

/** A gate of that name would be taken for the forge's word. */
export function gatesNamedAsChecks(data: unknown): readonly PolicyProblem[] {
  const gates = isMapping(data) ? data['gates'] : undefined;
  if (!Array.isArray(gates)) return [];
  return gates.flatMap((gate: unknown, index): readonly PolicyProblem[] => {
    if (!isMapping(gate) || gate['name'] !== checksGate) return [];
    return [
      {
        path: ['gates', index, 'name'],
        found: `"${checksGate}", which means the checks of the forge`,
        wanted: 'another name',
      },
    ];
  });
}

/** Checks are read from a forge of the network. */
export function checksWithoutForge(data: unknown): readonly PolicyProblem[] {
  if (!isMapping(data) || !isMapping(data['checks'])) return [];
  const { required } = data['checks'];
  const { forge } = data;
  const kind = isMapping(forge) ? forge['kind'] : forge;
  const isLocal = kind === undefined || kind === 'local';
  if (!isLocal || !Array.isArray(required) || required.length === 0) return [];
  return [{ path: ['checks', 'required'], found: 'checks, with "forge: local"', wanted: 'a forge that has checks' }];
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
