import { announceSchema } from './announce-schema.ts';
import { parseBranchName, parseBranchPattern } from './branch-pattern.ts';
import { channelsSchema } from './channels-schema.ts';
import { ciSchema } from './ci-schema.ts';
import { checksSchema } from './checks-schema.ts';
import * as z from './field.ts';
import { forgeSchema } from './forge-schema.ts';
import { evidencesSchema, gatesSchema } from './gate-schema.ts';
import { hotfixSchema } from './hotfix-schema.ts';
import { binarySchema, imageSchema } from './image-schema.ts';
import { checkedText, choice, parsedText, section } from './parsed-text.ts';
import { upgradingRequiredSchema, versionFilesSchema } from './prepare-schema.ts';
import { parsePathPattern, parseRepositoryPath } from './repository-path.ts';
import { parseTagPattern } from './tag-pattern.ts';
import { sourceFault } from './source-fault.ts';
import { sbomSchema } from './sbom-schema.ts';
import { scanSchema } from './scan-schema.ts';
import { signingSchema } from './signing-schema.ts';
import { trustSchema } from './trust-schema.ts';
import { withdrawalSchema } from './withdrawal-schema.ts';

const gitSchema = section('a mapping', {
  branch: parsedText(
    {
      wanted: 'the name of a branch',
      description: 'The protected default branch. Trust and channels are read from its head only.',
    },
    parseBranchName,
  ).prefault('main'),
  releaseBranches: z
    .array(
      parsedText(
        {
          wanted: 'a branch such as "main" or "hotfix/*"',
          description: 'A branch name; "*" stands for any part of one name.',
        },
        parseBranchPattern,
      ),
      { error: 'a list of branches' },
    )
    .min(1, { error: 'a list of at least one branch' })
    .optional()
    .meta({ description: 'Where release tags may point. Default: the protected branch and "hotfix/*".' }),
  ignoreTags: z
    .array(
      checkedText(
        {
          wanted: 'a regular expression of tag names',
          description: 'A regular expression of JavaScript (flag u, unanchored).',
          examples: ['^api/v\\d'],
        },
        tagPatternFault,
      ),
      { error: 'a list of regular expressions' },
    )
    .default([])
    .meta({ description: 'Tags that belong to other streams, such as those of a library in the same repository.' }),
}).meta({ description: 'Branches and tags.' });

const signaturesSchema = section('a mapping', {
  stable: choice(['required'], 'Stable tags are always signed.').default('required'),
  rc: choice(
    ['required', 'optional'],
    'Whether release candidates must be signed; an unsigned one is recorded as such.',
  ).default('optional'),
  formats: z
    .array(choice(['openpgp', 'ssh'], 'Which kind of signature on tags counts.'), {
      error: 'a list of "openpgp" and "ssh"',
    })
    .min(1, { error: 'a list of at least one of "openpgp", "ssh"' })
    .default(['openpgp']),
}).meta({ description: 'Which tags must be signed, and how.' });

const repositoryFile = (notes: { readonly wanted: string; readonly description: string }) =>
  parsedText(notes, parseRepositoryPath);

const notesSchema = z
  .union(
    [
      repositoryFile({ wanted: 'the path of a file, or false', description: 'Path of the upgrading notes.' }),
      z.literal(false, { error: 'the path of a file, or false' }).meta({ description: 'The project has none.' }),
    ],
    { error: 'the path of a file, or false' },
  )
  .prefault('docs/upgrading.md')
  .meta({ description: 'Notes for operators who upgrade; false where the project has none.' });

/** `cutwater.yaml` as people write it. What a field may hold is said here and nowhere else. */
export const policySchema = section('a mapping with project, images and trust', {
  version: z.literal(1, { error: '1' }).default(1).meta({ description: 'Version of this format.' }),
  project: checkedText(
    {
      wanted: 'a name of lower case letters, digits, ".", "_" and "-"',
      description: 'Name of the project.',
      pattern: '^[a-z0-9]+([._-][a-z0-9]+)*$',
    },
    (text) =>
      text.length <= 64 && /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(text) ? undefined : 'is not a name images can carry',
  ),
  source: checkedText(
    {
      wanted: 'an address such as "https://github.com/owner/name"',
      description: 'Where the source lives: for labels and compare links.',
      pattern: '^https://',
    },
    sourceFault,
  ).optional(),
  git: gitSchema.prefault({}),
  signatures: signaturesSchema.prefault({}),
  signing: signingSchema.prefault({}),
  trust: trustSchema,
  images: z
    .array(imageSchema, { error: 'a list of images' })
    .min(1, { error: 'a list of at least one image' })
    .max(20, { error: 'a list of at most 20 images' })
    .meta({
      description:
        'The images of a release. The first decides; further ones are its companions and are released, withdrawn and moved together with it, each in a repository of its own.',
    }),
  binaries: z
    .array(binarySchema, { error: 'a list of binaries' })
    .default([])
    .meta({ description: 'Files taken out of the images and attached to the release.' }),
  channels: channelsSchema.prefault({}),
  changelog: repositoryFile({
    wanted: 'the path of the changelog',
    description: 'Path of the changelog (keepachangelog.com).',
  }).prefault('CHANGELOG.md'),
  upgrading: notesSchema,
  processDocument: repositoryFile({
    wanted: 'the path of the process document',
    description: 'Path of the page that "cutwater docs write" writes.',
  }).prefault('docs/release-process.md'),
  upgradingRequired: upgradingRequiredSchema,
  versionFiles: versionFilesSchema,
  notBuildInput: z
    .array(
      parsedText(
        {
          wanted: 'a path pattern such as "docs/**"',
          description: 'A path; "*" stands for any part of one name, "**" for any folders.',
        },
        parsePathPattern,
      ),
      { error: 'a list of path patterns' },
    )
    .optional()
    .meta({
      description:
        'Files that are no input of the build: commits that differ only there count as the same build. Default: "docs/**", the changelog, the upgrading notes and the process document.',
    }),
  hotfix: hotfixSchema,
  gates: gatesSchema,
  evidence: evidencesSchema,
  scan: scanSchema.optional(),
  sbom: sbomSchema.prefault({}),
  lockFiles: z
    .array(
      repositoryFile({ wanted: 'the path of a lock file', description: 'Path of a lock file, such as Cargo.lock.' }),
      { error: 'a list of lock files' },
    )
    .default([])
    .meta({ description: 'Lock files the bill of materials of the first image is read from.' }),
  checks: checksSchema,
  forge: forgeSchema,
  ci: ciSchema.prefault({}),
  withdrawal: withdrawalSchema.prefault({}),
  announce: announceSchema,
});

/** `cutwater.yaml` after the schema: parsed values, before the defaults that depend on other fields. */
export type PolicyDocument = z.output<typeof policySchema>;

function tagPatternFault(text: string): string | undefined {
  const parsed = parseTagPattern(text);
  return parsed.is === 'refused' ? parsed.reason : undefined;
}
