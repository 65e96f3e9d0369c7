import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { WorkflowState } from '../ci/judge-workflows.ts';
import { judgeWorkflows, pathsOf } from '../ci/judge-workflows.ts';
import type { Workflows } from '../ci/workflows.ts';
import { workflowsOf } from '../ci/workflows.ts';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import { findTagPublishers } from '../documents/detect/publishers.ts';
import type { Policy } from '../policy/policy.ts';
import { shellWord } from '../report/process-document/shell.ts';
import type { CliContext } from './command.ts';
import { createFile, listFolder, readTextWhereThere, replaceFile } from './compose-files.ts';
import { openWorkingPolicy } from './compose-working-copy.ts';

/** The workflow files of a working copy beside what its policy wants. */
export interface OpenedWorkflows {
  readonly topFolder: string;
  readonly policy: Policy;
  readonly workflows: Workflows;
  readonly states: readonly WorkflowState[];
}

/** Throws CONFIG_INVALID where the policy allows no workflow that could work. */
export async function openWorkflows(context: CliContext, act: string): Promise<OpenedWorkflows> {
  const { policy, topFolder } = await openWorkingPolicy(context);
  const workflows = workflowsOf(policy);
  if (workflows.is === 'refused')
    throw new CutwaterError('CONFIG_INVALID', `Cannot ${act} the workflow files: ${workflows.reason}`, {
      hint: 'Change cutwater.yaml and run the command again',
    });
  const existing = new Map<string, string>();
  for (const path of pathsOf(workflows.value)) {
    const text = await readTextWhereThere(resolve(topFolder, path));
    if (text !== undefined) existing.set(path, text);
  }
  return { topFolder, policy, workflows: workflows.value, states: judgeWorkflows(workflows.value, existing) };
}

/** What was done with a file. */
export type WorkflowChange = 'written' | 'removed' | 'kept';

/** Writes what is missing or differs, and removes what is retired. Throws INPUT_INVALID, before it writes anything. */
export async function writeWorkflows(
  { topFolder, workflows, states }: OpenedWorkflows,
  { force }: { readonly force: boolean },
): Promise<ReadonlyMap<string, WorkflowChange>> {
  const foreign = states.filter(({ is }) => is === 'foreign').map(({ path }) => quote(path));
  if (foreign.length > 0 && !force)
    throw new CutwaterError(
      'INPUT_INVALID',
      `Cannot write ${foreign.join(', ')}: ${foreign.length === 1 ? 'a person wrote it' : 'people wrote them'}, and nothing was changed`,
      {
        hint: `Read what ${foreign.length === 1 ? 'it does' : 'they do'} beyond releasing and keep that elsewhere, then run 'cutwater ci write --force'; git keeps the old text`,
      },
    );
  const texts = new Map(workflows.files.map(({ path, text }) => [path, text]));
  const changes = new Map<string, WorkflowChange>();
  for (const { path, is } of states) {
    const text = texts.get(path);
    if (is === 'same') changes.set(path, 'kept');
    else if (text === undefined) {
      await rm(resolve(topFolder, path));
      changes.set(path, 'removed');
    } else {
      await replaceFile(resolve(topFolder, path), text);
      changes.set(path, 'written');
    }
  }
  return changes;
}

/** Workflows of people that publish when a tag is pushed, beside those that Cutwater writes. */
export async function publishersBeside({ topFolder, workflows }: OpenedWorkflows): Promise<readonly string[]> {
  const own = pathsOf(workflows);
  const folders = new Set(own.map((path) => path.slice(0, path.lastIndexOf('/'))));
  const texts = new Map<string, string>();
  for (const folder of folders)
    for (const path of (await listFolder(resolve(topFolder, folder))).map((name) => `${folder}/${name}`))
      if (!own.includes(path) && /\.ya?ml$/.test(path))
        texts.set(path, (await readTextWhereThere(resolve(topFolder, path))) ?? '');
  return findTagPublishers({ paths: [...texts.keys()], read: (path) => texts.get(path) });
}

/** GitLab runs one file, which has to name the one that Cutwater writes. */
export async function missingInclude({ topFolder, workflows }: OpenedWorkflows): Promise<string | undefined> {
  const [file] = workflows.files;
  if (workflows.system !== 'gitlab' || file === undefined) return undefined;
  const text = await readTextWhereThere(resolve(topFolder, '.gitlab-ci.yml'));
  if (text?.includes(file.path) === true) return undefined;
  return `.gitlab-ci.yml does not include it yet; ${text === undefined ? 'make that file with' : 'add'}: include: [{ local: /${file.path} }]`;
}

/** How Cutwater is pinned for the workflows. */
export interface ToolPin {
  /** The file that names the version, where this run wrote it. */
  readonly written: string | undefined;
  /** The command that adds the lock file with its digest; undefined where there is one. */
  readonly next: string | undefined;
}

/** Names this version of Cutwater in the tool folder, where nothing names one yet. */
export async function pinTool({ topFolder, policy }: OpenedWorkflows, version: string): Promise<ToolPin> {
  const { tool, toolFrom } = policy.ci;
  if (toolFrom === 'source') return { written: undefined, next: undefined };
  const manifest = `${tool}/package.json`;
  const text = `${JSON.stringify({ private: true, dependencies: { cutwater: version } }, null, 2)}\n`;
  const isNew = await createFile(resolve(topFolder, manifest), text);
  const lock = await readTextWhereThere(resolve(topFolder, `${tool}/package-lock.json`));
  const folder = shellWord(tool);
  const next = `npm install --package-lock-only --ignore-scripts --prefix ${folder} && git add ${folder}`;
  return { written: isNew ? manifest : undefined, next: lock === undefined ? next : undefined };
}
