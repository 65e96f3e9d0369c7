import type { ProjectView } from '../../documents/detect/project-view.ts';
import { isTelling, ownPaths } from '../../documents/detect/project-view.ts';
import { detectProject } from '../../documents/detect/detect-project.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { PolicyTemplate } from '../../policy/policy-template.ts';
import type { Git } from '../../ports/git.ts';
import type { History } from '../../ports/history.ts';
import { sideBySide } from '../side-by-side.ts';

export interface LookedAt {
  readonly git: Git;
  readonly history: History;
  /** Undefined where nothing is committed yet. */
  readonly commit: ObjectId | undefined;
  /** The branch of the working copy, which counts where there is no remote. */
  readonly branch: string | undefined;
  readonly folderName: string;
}

/** Reads what a commit shows of its project; files on disk are not looked at. */
export async function lookAtProject({ git, history, commit, branch, folderName }: LookedAt): Promise<PolicyTemplate> {
  const remoteUrl = await git.remoteUrl();
  // A remote that does not answer is no reason to write nothing.
  const remoteBranch = remoteUrl === undefined ? undefined : await git.defaultBranch().catch(() => undefined);
  const paths = commit === undefined ? [] : await history.pathsOf(commit);
  const texts = commit === undefined ? new Map<string, string>() : await readTelling(git, commit, paths);
  const view: ProjectView = {
    paths,
    read: (path) => texts.get(path),
    remoteUrl,
    branch: remoteBranch ?? branch,
    folderName,
  };
  return detectProject(view);
}

/** More files than a person's project has of this kind are not read. */
const mostFiles = 300;
const largest = 256 * 1024;

async function readTelling(git: Git, commit: ObjectId, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const workflows = paths.filter((path) => /^\.(?:github|forgejo|gitea)\/workflows\//.test(path));
  const wanted = [...new Set([...ownPaths(paths), ...workflows])].filter(isTelling).slice(0, mostFiles);
  const texts = new Map<string, string>();
  await sideBySide(wanted, 8, async (path) => {
    const bytes = await git.readFile(commit, path);
    if (bytes !== undefined && bytes.byteLength <= largest) texts.set(path, new TextDecoder().decode(bytes));
  });
  return texts;
}
