import type { Parsed } from '../domain/brand.ts';
import { refuse } from '../domain/brand.ts';
import { formatPlatform, parsePlatform } from '../domain/platform.ts';
import { commandSchema } from './command-schema.ts';
import { parseDuration } from './duration.ts';
import * as z from './field.ts';
import { checkedText, choice, parsedText, section } from './parsed-text.ts';
import { parseRepositoryPath } from './repository-path.ts';
import type { TrivyPin } from './trivy-pin-schema.ts';
import { trivyPinSchema } from './trivy-pin-schema.ts';

/** What runs releases when nobody sits at the keyboard. */
export const ciSystems = ['github', 'forgejo', 'gitlab'] as const;
export type CiSystem = (typeof ciSystems)[number];

/** What `ci write` needs to know besides the rest of the policy. */
export interface WorkflowPolicy {
  /** Undefined where neither the policy nor the host of the source tells. */
  readonly system: CiSystem | undefined;
  /** Label of the machines; undefined for the usual one of the system. */
  readonly runner: string | undefined;
  /** Labels of machines by platform: each of these is built by a job of its own there. */
  readonly runners: Readonly<Record<string, string>>;
  /** GitLab: the image the jobs run in; undefined for the usual one. */
  readonly image: string | undefined;
  /** Folder of the repository with the package.json and lock file that pin Cutwater. */
  readonly tool: string;
  /** `source`: the workflows build Cutwater from the protected branch. For Cutwater itself, which no lock file can pin before its first release. */
  readonly toolFrom: 'lockFile' | 'source';
  /** Commands, argv, that a job runs before Cutwater where it builds. */
  readonly setup: readonly (readonly string[])[];
  /** The archive of trivy to take; undefined where the action or the runner brings it. */
  readonly trivy: TrivyPin | undefined;
  /** GitHub: the environment whose rules and secrets hold for the jobs. */
  readonly environment: string | undefined;
  /** Limit of a job that builds, in seconds. */
  readonly timeout: number;
  /** When `reconcile` runs by itself: five fields of cron(5), UTC. */
  readonly schedule: string;
}

const word = (notes: { readonly wanted: string; readonly description: string; readonly example: string }) =>
  checkedText({ wanted: notes.wanted, description: notes.description, examples: [notes.example] }, (text) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text) ? undefined : 'has other characters',
  );

/** The folder is a word of commands: npm and shells would take "-x" for an option, which no quoting changes. */
function parseToolFolder(text: string): Parsed<string> {
  return text.startsWith('-') ? refuse('begins with "-", as an option does') : parseRepositoryPath(text);
}

const wantedPlatform = 'a platform such as linux/arm64';

function isCanonical(text: string): boolean {
  const parsed = parsePlatform(text);
  return parsed.is === 'ok' && formatPlatform(parsed.value) === text;
}

export const ciSchema = section('a mapping', {
  system: choice(
    ciSystems,
    'What runs the workflows. Default: by the host of source (github.com, gitlab.com, codeberg.org).',
  ).optional(),
  runner: word({
    wanted: 'the label of a runner',
    description: 'Label of the machines that run the jobs. Default: ubuntu-24.04; docker on Forgejo.',
    example: 'ubuntu-24.04-arm',
  }).optional(),
  runners: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9.]+)?$/, { error: wantedPlatform })
        .refine(isCanonical, { error: wantedPlatform }),
      word({
        wanted: 'the label of a runner',
        description: 'Label of a machine of that kind.',
        example: 'ubuntu-24.04-arm',
      }),
      { error: 'a mapping of platforms to labels of runners' },
    )
    .default({})
    .meta({
      description:
        'Machines that build one platform each before the release is published. Default on GitHub, for Dockerfiles: ubuntu-24.04 and ubuntu-24.04-arm; elsewhere none, and one job builds all. The label of ci.runner again: that platform gets no machine of its own kind.',
    }),
  image: checkedText(
    {
      wanted: 'the name of an image',
      description: 'GitLab: the image the jobs run in, with Node, git, gpg and what builds. Best by digest.',
      examples: ['registry.example.org/ci/cutwater@sha256:...'],
    },
    (text) => (/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}$/.test(text) ? undefined : 'is no name of an image'),
  ).optional(),
  tool: parsedText(
    {
      wanted: 'the path of a folder',
      description: 'Folder of the repository whose package.json and package-lock.json pin Cutwater with its digest.',
    },
    parseToolFolder,
  ).prefault('.cutwater/tool'),
  toolFrom: choice(
    ['lockFile', 'source'],
    'Which Cutwater the workflows run: the one that the lock file of tool pins, or, in the repository of Cutwater itself, the one they build from the protected branch.',
  ).default('lockFile'),
  setup: z
    .array(commandSchema, { error: 'a list of commands' })
    .default([])
    .meta({ description: 'Commands run before Cutwater in jobs that build, such as the installation of tools.' }),
  trivy: trivyPinSchema.optional(),
  environment: word({
    wanted: 'the name of an environment',
    description: 'GitHub: the environment that holds the secrets of the jobs, with its own rules.',
    example: 'release',
  }).optional(),
  timeout: parsedText(
    {
      wanted: 'a time such as "90m" or "2h"',
      description: 'How long a job that builds may take.',
      pattern: '^(\\d+h)?(\\d+m)?(\\d+s)?$',
      examples: ['2h'],
    },
    parseDuration,
  ).prefault('2h'),
  schedule: checkedText(
    {
      wanted: 'five fields of cron such as "41 5 * * *"',
      description: 'When reconcile runs by itself (UTC). On GitLab it is set on the server.',
      examples: ['41 5 * * *'],
    },
    (text) => (/^(?:[\d*][\d*/,-]{0,40} ){4}[\d*][\d*/,-]{0,40}$/.test(text) ? undefined : 'is not such a time'),
  ).prefault('41 5 * * *'),
}).meta({ description: 'The workflow files that "cutwater ci write" writes.' });

type CiDocument = z.output<typeof ciSchema>;

/** Fills what follows from the host of the source. */
export function toWorkflowPolicy(document: CiDocument, source: string | undefined): WorkflowPolicy {
  const { system, runner, image, trivy, environment } = document;
  return { ...document, system: system ?? systemOf(source), runner, image, trivy, environment };
}

function systemOf(source: string | undefined): CiSystem | undefined {
  const host = source === undefined ? undefined : new URL(source).hostname;
  return host === undefined ? undefined : knownHosts.get(host);
}

const knownHosts: ReadonlyMap<string, CiSystem> = new Map([
  ['github.com', 'github'],
  ['gitlab.com', 'gitlab'],
  ['codeberg.org', 'forgejo'],
]);
