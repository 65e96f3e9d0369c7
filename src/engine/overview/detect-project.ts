import type { ProjectView } from '../../documents/detect/project-view.ts';
import { isReleaseDocument, isTelling, ownPaths } from '../../documents/detect/project-view.ts';
import { detectProject } from '../../documents/detect/detect-project.ts';
import { readTagStreams } from '../../documents/detect/tag-streams.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { PolicyTemplate } from '../../policy/shown-project.ts';
import type { Git } from '../../ports/git.ts';
import type { History } from '../../ports/history.ts';
import { sideBySide } from '../side-by-side.ts';
import type { FirstLook } from './first-steps.ts';

export interface LookedAt {
  readonly git: Git;
  readonly history: History;
  /** Undefined where nothing is committed yet. */
  readonly commit: ObjectId | undefined;
  /** The branch of the working copy, which counts where there is no remote. */
  readonly branch: string | undefined;
  readonly folderName: string;
}

export interface ShownProject extends FirstLook {
  readonly template: PolicyTemplate;
}

/** Reads what a commit shows of its project; files on disk are not looked at. */
export async function lookAtProject({ git, history, commit, branch, folderName }: LookedAt): Promise<ShownProject> {
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
  const streams = readTagStreams((await git.listTags()).map(({ name }) => name));
  const ignoreTags = streams.others.length === 0 ? {} : { ignoreTags: streams.others };
  return { view, streams, template: { ...detectProject(view), ...ignoreTags } };
}

/** More files than a person's project has of this kind are not read. */
const mostFiles = 300;
const largest = 256 * 1024;

async function readTelling(git: Git, commit: ObjectId, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const workflows = paths.filter((path) => /^\.(?:github|forgejo|gitea)\/workflows\//.test(path));
  const documents = paths.filter(isReleaseDocument);
  const wanted = [...new Set([...workflows, ...documents, ...ownPaths(paths)])].filter(isTelling).slice(0, mostFiles);
  const texts = new Map<string, string>();
  await sideBySide(wanted, 8, async (path) => {
    const bytes = await git.readFile(commit, path);
    if (bytes !== undefined && bytes.byteLength <= largest) texts.set(path, new TextDecoder().decode(bytes));
  });
  return texts;
}
