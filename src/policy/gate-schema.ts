import { isEvidenceName } from '../domain/evidence-name.ts';
import { parseAge } from './age.ts';
import { commandSchema } from './command-schema.ts';
import { parseDuration } from './duration.ts';
import * as z from './field.ts';
import { checkedText, choice, filledText, parsedText, section } from './parsed-text.ts';
import { parsePathPattern, parseRepositoryPath } from './repository-path.ts';

const gateName = checkedText(
  {
    wanted: 'a short name such as "unit-tests"',
    description: 'Lower case letters, digits and "-".',
    pattern: '^[a-z0-9][a-z0-9-]*$',
  },
  (text) =>
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(text)
      ? undefined
      : 'is not made of lower case letters, digits and "-"',
);

const whenChanged = z
  .array(
    parsedText(
      {
        wanted: 'a path pattern such as "migrations/**"',
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
      'Critical paths: required only where one of them changed since the previous stable version. Where that cannot be told, it is required.',
  });

const variableName = checkedText(
  {
    wanted: 'the name of an environment variable',
    description: 'The name of an environment variable; its value is taken out of whatever is shown or logged.',
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  },
  variableFault,
);

/** What Cutwater itself says to a gate, and what lets a process sign as CI. */
function variableFault(text: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text)) return 'is no name of a variable';
  if (/^(?:CUTWATER_|ACTIONS_ID_TOKEN_|SIGSTORE_ID_TOKEN$)/i.test(text)) return 'lets a program sign as CI';
  const own = ['PATH', 'HOME', 'TMPDIR', 'LC_ALL', 'TZ', 'SOURCE_COMMIT', 'CANDIDATE_IMAGE', 'GATE_RUN'];
  return own.includes(text) ? 'is set by Cutwater itself' : undefined;
}

/** A word that says "not passed" in some tool's words must never be what a gate waits for. */
const noPass =
  /^(?:pending|skip(?:ped)?|not[ _-]?run|n\/?a|not[ _-]?applicable|fail(?:ed|ure)?|errors?|unknown|none|null|todo|no[ _-]?go)$/i;

const reportSchema = section('a mapping with path and format', {
  path: parsedText(
    {
      wanted: 'the path of a file that the command writes',
      description: 'Path in the tree the command runs in. A file that is there before is taken away first.',
    },
    parseRepositoryPath,
  ),
  format: choice(
    ['keyvalue', 'yaml'],
    'keyvalue: lines KEY=VALUE. yaml: a list "gates" of entries with name and status PASS, FAIL, PENDING or SKIPPED.',
  ),
  expect: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, { error: 'a key such as SMOKE_STATUS' }),
      filledText({ wanted: 'the value that means it passed', description: 'The exact value.' }).refine(
        (text) => !noPass.test(text),
        { error: 'a value that means it passed' },
      ),
      { error: 'a mapping of keys to the values that mean they passed' },
    )
    .optional()
    .meta({ description: 'keyvalue: which key must have which value.' }),
  gates: z
    .array(filledText({ wanted: 'the name of an entry', description: 'Name of an entry.' }), {
      error: 'a list of names',
    })
    .min(1, { error: 'a list of at least one name' })
    .optional()
    .meta({ description: 'yaml: the entries that must be PASS. Default: every entry of the file.' }),
});

const gateSchema = section('a mapping with name and command', {
  name: gateName,
  on: choice(
    ['source', 'candidate'],
    'source: in the source tree, before the build. candidate: with the built image, as {image}, before anything is published.',
  ).default('source'),
  command: commandSchema,
  timeout: parsedText(
    {
      wanted: 'a time such as "90s", "10m" or "1h30m"',
      description: 'How long it may take.',
      pattern: '^(\\d+h)?(\\d+m)?(\\d+s)?$',
      examples: ['10m'],
    },
    parseDuration,
  ).prefault('30m'),
  classes: z
    .array(choice(['rc', 'stable', 'hotfix', 'edge'], 'A class of releases.'), {
      error: 'a list of "rc", "stable", "hotfix" and "edge"',
    })
    .min(1, { error: 'a list of at least one of "rc", "stable", "hotfix", "edge"' })
    .default(['rc', 'stable', 'hotfix'])
    .meta({ description: 'Which releases it guards. hotfix: a stable version made beside the default branch.' }),
  env: z
    .array(variableName, { error: 'a list of names of environment variables' })
    .default([])
    .meta({ description: 'Variables the command gets; without this its environment is empty but for PATH and HOME.' }),
  report: reportSchema.optional().meta({ description: 'A file the command must write, and what it must say.' }),
  whenChanged,
});

const evidenceSchema = section('a mapping with name', {
  name: checkedText(
    {
      wanted: 'a short name such as "staging"',
      description: 'Lower case letters, digits and "-", at most 32. Part of the name of a tag.',
      pattern: '^[a-z0-9][a-z0-9-]*$',
    },
    (text) => (isEvidenceName(text) ? undefined : 'is not made of at most 32 lower case letters, digits and "-"'),
  ),
  requiredFor: z
    .array(choice(['rc', 'stable', 'hotfix'], 'A class of releases.'), {
      error: 'a list of "rc", "stable" and "hotfix"',
    })
    .min(1, { error: 'a list of at least one of "rc", "stable", "hotfix"' })
    .default(['stable'])
    .meta({ description: 'Releases that wait for it.' }),
  whenChanged,
  maxAge: parsedText(
    {
      wanted: 'an age such as "36h" or "14d"',
      description: 'How old it may be when the release is made.',
      pattern: '^\\d+[hd]$',
      examples: ['14d'],
    },
    parseAge,
  ).optional(),
});

export const gatesSchema = z
  .array(gateSchema, { error: 'a list of gates' })
  .default([])
  .meta({ description: 'Checks that must pass before a release.' });

export const evidencesSchema = z.array(evidenceSchema, { error: 'a list of evidence' }).default([]).meta({
  description: 'Results that maintainers sign with "cutwater evidence add", and the releases that wait for them.',
});
