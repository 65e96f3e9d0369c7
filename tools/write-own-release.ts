// Writes what Cutwater's own cutwater.yaml says: the workflow files and docs/release-process.md. With --check it only
// compares, reads changelog and upgrading notes as "prepare" would, and exits with 1 where something is wrong.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeWorkflow, judgeWorkflows, pathsOf } from '../src/ci/judge-workflows.ts';
import { workflowsOf } from '../src/ci/workflows.ts';
import { parseChangelog, versionOf } from '../src/documents/changelog.ts';
import { withLockFiles } from '../src/documents/implied-version-files.ts';
import { judgeNotes } from '../src/documents/judge-notes.ts';
import { lintChangelog } from '../src/documents/lint-changelog.ts';
import { planPreparation } from '../src/documents/plan-preparation.ts';
import type { Version } from '../src/domain/version.ts';
import { compareVersions, readVersion } from '../src/domain/version.ts';
import { programVersion } from '../src/cli/version.ts';
import { parsePolicy } from '../src/policy/parse-policy.ts';
import type { Policy } from '../src/policy/policy.ts';
import { judgeDocument, rewriteDocument } from '../src/report/process-document/rewrite.ts';
import { runCheck } from './run-check.ts';

/** What of the project's own release is not as its policy says. */
export async function checkOwnRelease(root: string): Promise<readonly string[]> {
  const { policy, read } = await openProject(root);
  const drift = [
    ...(await workflowProblems(policy, read)),
    ...pageProblems(policy, await read(policy.processDocument)),
  ];
  const next = drift.length === 0 ? [] : ["next: 'node tools/write-own-release.ts' writes them again"];
  return [...drift, ...next, ...(await documentProblems(policy, read))];
}

type ReadText = (path: string) => Promise<string | undefined>;

async function openProject(root: string): Promise<{ readonly policy: Policy; readonly read: ReadText }> {
  const read: ReadText = (path) => readFile(join(root, path), 'utf8').catch(() => undefined);
  return { policy: parsePolicy((await read('cutwater.yaml')) ?? '', { file: 'cutwater.yaml' }), read };
}

async function workflowProblems(policy: Policy, read: ReadText): Promise<readonly string[]> {
  const workflows = workflowsOf(policy);
  if (workflows.is === 'refused') return [`cutwater.yaml: ${workflows.reason}`];
  const existing = new Map<string, string>();
  for (const path of pathsOf(workflows.value)) {
    const text = await read(path);
    if (text !== undefined) existing.set(path, text);
  }
  return judgeWorkflows(workflows.value, existing).flatMap(describeWorkflow);
}

function pageProblems(policy: Policy, text: string | undefined): readonly string[] {
  const state = judgeDocument(policy, text);
  if (state.is === 'same') return [];
  const where = state.is === 'differs' ? `line ${state.line} is` : 'it is';
  return [`${policy.processDocument}: ${where} not what cutwater.yaml says (${state.is})`];
}

/** The next release as `prepare` would make it of these files; what is released already has to be readable. */
async function documentProblems(policy: Policy, read: ReadText): Promise<readonly string[]> {
  const version = readVersion(programVersion);
  const changelog = parseChangelog((await read(policy.changelog)) ?? '');
  const released = changelog.sections.flatMap((section) => versionOf(section) ?? []);
  const today = new Date().toISOString().slice(0, 10);
  const defects = lintChangelog(changelog, { versions: released, today, source: policy.source });
  const isNext = released.every((one) => compareVersions(one, version) !== 0);
  return [
    ...defects.map(({ line, message }) => `${policy.changelog}:${line ?? 1}: ${message}`),
    ...(await notesProblems(policy, { version, read })),
    ...(isNext ? await preparationProblems(policy, { version, released, today, read }) : []),
  ];
}

interface NextRelease {
  readonly version: Version;
  readonly released: readonly Version[];
  readonly today: string;
  readonly read: ReadText;
}

async function notesProblems(
  { upgrading: path }: Policy,
  { version, read }: Pick<NextRelease, 'version' | 'read'>,
): Promise<readonly string[]> {
  if (path === undefined) return ['cutwater.yaml: names no upgrading notes'];
  const notes = judgeNotes(await read(path), { path, version });
  return notes.is === 'complete' ? [] : notes.problems.map(({ message, hint }) => `${message}: ${hint}`);
}

async function preparationProblems(
  policy: Policy,
  { version, released, today, read }: NextRelease,
): Promise<readonly string[]> {
  const versionFiles = withLockFiles(policy.versionFiles, ['package.json', 'package-lock.json']);
  const paths = [policy.changelog, policy.upgrading ?? '', ...versionFiles.map(({ path }) => path)];
  const texts = new Map<string, string | undefined>();
  for (const path of paths) texts.set(path, await read(path));
  const { problems } = planPreparation({
    version,
    kind: 'stable',
    policy,
    versionFiles,
    textsOf: (path) => ({ head: texts.get(path), disk: texts.get(path) }),
    tagged: released,
    date: { asked: undefined, today },
    notes: undefined,
    bumpReason: undefined,
    subjects: [],
  });
  return problems.map(({ message, hint }) => `${message}: ${hint}`);
}

async function writeOwnRelease(root: string): Promise<readonly string[]> {
  const { policy, read } = await openProject(root);
  const workflows = workflowsOf(policy);
  const page = rewriteDocument(policy, await read(policy.processDocument));
  if (workflows.is === 'refused') return [`cutwater.yaml: ${workflows.reason}`];
  if (page.is === 'refused') return [`${policy.processDocument} ${page.reason}`];
  for (const { path, text } of [...workflows.value.files, { path: policy.processDocument, text: page.value }]) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return [];
}

if (import.meta.main) await runCheck(process.argv.includes('--check') ? checkOwnRelease : writeOwnRelease);
