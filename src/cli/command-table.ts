import type { ArgumentSpec, Command } from './command.ts';
import { documentCommands } from './command-table-documents.ts';
import { ciCommands } from './command-table-ci.ts';
import { channelCommands } from './command-table-channels.ts';
import { promotionCommands } from './command-table-promotion.ts';
import { decisionCommands } from './command-table-decisions.ts';
import { evidenceCommands } from './command-table-evidence.ts';
import { registryCommands } from './command-table-registry.ts';
import { rehearsalCommands } from './command-table-rehearsal.ts';
import { prepareCommands } from './command-table-prepare.ts';
import { releaseCommands } from './command-table-release.ts';
import { tagCommands } from './command-table-tag.ts';
import { verifyCommand } from './command-table-verify.ts';

const version: ArgumentSpec = { name: 'VERSION', summary: '1.2.3 or v1.2.3', required: true };

/** Every command of the program. Help, completion and `docs` follow from it. */
export const commandTable: readonly Command[] = [
  {
    name: 'init',
    summary: 'Write cutwater.yaml from what the repository shows',
    description:
      'Looks at manifests, lock files, Dockerfiles, compose files, workflows, scripts that a description of the release names, tags, the remote, and the key git signs with, whose public half is written beside it. Lists what is left for a maintainer to decide. Safe to run again: a policy file that is there already is never changed.',
    arguments: [],
    options: [],
    examples: [{ line: 'init', says: 'Start using Cutwater in this repository' }],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'doctor',
    summary: 'Show what would stop a release here',
    description:
      'Looks at keys, tags, rights on the registry, settings of the forge, and at what Cutwater wrote from the policy. Changes nothing: to learn what the registry allows, it begins an upload and cancels it.',
    arguments: [],
    options: [
      {
        name: 'sign',
        summary: 'Also try the signing key, on a tag object that gets no name; may ask for its passphrase',
        value: { kind: 'flag' },
      },
    ],
    examples: [{ line: 'doctor', says: 'Check this machine and this repository' }],
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'audit',
    summary: 'Replay the whole tag history and find what went wrong',
    description:
      'Shows what "latest" did under the rule "any stable tag moves it", what it should have done, and every tag that is not SemVer, unsigned or lightweight. Needs no token and no policy file.',
    arguments: [],
    options: [
      { name: 'tags', summary: 'Read the tags from a file instead of a repository', value: text('FILE') },
      {
        name: 'ignore',
        summary: 'Leave out tags whose name matches; may be given several times',
        value: { kind: 'list', placeholder: 'REGEXP' },
      },
    ],
    examples: [
      { line: 'audit --repo ../prometheus', says: 'Audit a clone' },
      { line: "audit --ignore '^api/' --json", says: 'Leave out another stream of tags, answer as JSON' },
    ],
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'plan',
    summary: 'Show the exact effects of a release, of reconcile, or of edge',
    description:
      'With VERSION: what releasing it would change, even before its tag exists. Without: what reconcile would change. Writes nothing.',
    arguments: [{ ...version, required: false }],
    options: [
      { name: 'edge', summary: 'What publishing a build of the default branch would change', value: { kind: 'flag' } },
      { name: 'commit', summary: 'With --edge: of this commit, not of the head', value: text('REV') },
    ],
    examples: [
      { line: 'plan 1.2.3', says: 'What releasing 1.2.3 would do' },
      { line: 'plan --json', says: 'What reconcile would do, as JSON' },
      { line: 'plan --edge', says: 'The next move of edge and of the nightly' },
    ],
    load: () => import('./commands/plan.ts'),
  },
  ...prepareCommands,
  ...tagCommands,
  ...promotionCommands,
  ...releaseCommands,
  ...channelCommands,
  {
    name: 'reconcile',
    summary: 'Bring aliases and records in line with the signed decisions',
    description: 'Idempotent. Touches only pointers and records of versions that are published, and builds nothing.',
    arguments: [],
    options: [
      {
        name: 'replace',
        summary: 'Move this alias although nobody vouches for the image it holds now; name that image',
        value: { kind: 'list', placeholder: 'ALIAS@DIGEST' },
      },
    ],
    examples: [{ line: 'reconcile', says: 'Repair aliases after a withdrawal or an interrupted run' }],
    load: () => import('./commands/reconcile.ts'),
  },
  ...decisionCommands,
  verifyCommand,
  {
    name: 'status',
    summary: 'Show channels, candidates, drift and what is unreleased',
    arguments: [],
    options: [{ name: 'exit-code', summary: 'Exit with 3 where something is to be done', value: { kind: 'flag' } }],
    examples: [{ line: 'status --exit-code', says: 'For a scheduled job' }],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'import',
    summary: 'Adopt a project that has published before',
    description:
      'Lists what tags, registry and the releases of the forge show, and what each version lacks; with --yes writes a signed checkpoint that vouches for it. What a checkpoint by a lasting key lists stays valid when other keys retire. Changes no tag and no release.',
    arguments: [],
    options: [
      {
        name: 'cancel',
        summary: 'These tags never had an image and never will: 1.2.3, 1.2, 0.1.0..0.4.9; may be given several times',
        value: { kind: 'list', placeholder: 'RANGE' },
      },
      {
        name: 'vouch',
        summary: 'Vouch for these although their statement does not count any more: 1.2.3, 1.2, 1.0.0..1.4.2',
        value: { kind: 'list', placeholder: 'RANGE' },
      },
      {
        name: 'only',
        summary: 'Vouch anew for these and no others; may be given several times',
        value: { kind: 'list', placeholder: 'RANGE' },
      },
      { name: 'yes', summary: 'The list is right: sign the checkpoint', value: { kind: 'flag' } },
      { name: 'push', summary: 'Push the signed tag, and nothing else', value: { kind: 'flag' } },
    ],
    examples: [
      { line: 'import', says: 'Show what would be vouched for' },
      { line: 'import --yes --push', says: 'Vouch for it; also before a key retires, signed with another one' },
      { line: 'import --only 2.0.0.. --cancel 2.1.0', says: 'Leave old versions out, give one up' },
      { line: 'import --cancel ..0.4.9', says: 'Before 0.5.0 there were releases on the forge and no images' },
    ],
    load: () => import('./commands/import.ts'),
  },
  ...documentCommands,
  ...ciCommands,
  ...evidenceCommands,
  ...registryCommands,
  ...rehearsalCommands,
  {
    name: 'completion',
    summary: 'Print the completion script of a shell',
    arguments: [{ name: 'SHELL', summary: 'bash, zsh or fish', required: true, choices: ['bash', 'zsh', 'fish'] }],
    options: [],
    examples: [
      { line: 'completion bash > ~/.local/share/bash-completion/completions/cutwater', says: 'Install it for bash' },
    ],
    load: () => import('./completion.ts'),
  },
];

function text(placeholder: string): { readonly kind: 'text'; readonly placeholder: string } {
  return { kind: 'text', placeholder };
}
