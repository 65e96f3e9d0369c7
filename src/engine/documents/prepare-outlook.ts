import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, highestVersion, releaseClassOf } from '../../domain/version.ts';
import type { DocumentProblem, FileTexts } from '../../documents/file-plan.ts';
import type { Preparation, PreparationFacts } from '../../documents/plan-preparation.ts';
import { planPreparation } from '../../documents/plan-preparation.ts';
import { findBumpReason, isPrepareCommit } from '../../documents/prepare-commit.ts';
import { previousStable } from '../../documents/previous-stable.ts';
import type { UpgradingFields } from '../../documents/upgrading-fields.ts';
import type { VersionFile } from '../../policy/version-file-policy.ts';
import type { WorkingCopyStatus } from '../../ports/working-copy.ts';
import { taggedVersions } from './document-gate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readPolicyAt } from '../facts/load-policy.ts';
import type { RemoteBranch } from './prepare-place.ts';
import { placeProblems } from './prepare-place.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { decodeText } from '../facts/text-file.ts';
import { findVersionFiles } from './version-files.ts';
import type { PrepareWorld } from '../world.ts';

export interface PrepareRequest {
  readonly version: Version;
  /** `YYYY-MM-DD`; today (UTC) where it is undefined. */
  readonly date: string | undefined;
  /** Notes to be added; undefined where they stand in the file. */
  readonly notes: UpgradingFields | undefined;
  /** One line: why the version is right although the rules say another. */
  readonly bumpReason: string | undefined;
  readonly push: boolean;
}

/** What preparing a version would do here, and what stands against it. */
export interface PrepareOutlook {
  readonly kind: PreparationFacts['kind'];
  readonly branch: string | undefined;
  readonly head: ObjectId;
  readonly preparation: Preparation;
  /** Of the place and of the documents. */
  readonly problems: readonly DocumentProblem[];
  /** Since the previous stable version, newest first, without merges. */
  readonly commits: readonly { readonly id: ObjectId; readonly subject: string }[];
  /** The reason for the number that some commit records already. */
  readonly recordedReason: string | undefined;
  /** Whether HEAD is the commit that prepared this version. */
  readonly isPrepared: boolean;
  readonly remote: RemoteBranch;
  /** The highest candidate of a stable version that has a tag: what is promoted once the documents are there. */
  readonly candidate: Version | undefined;
}

/** Looks at everything a preparation needs. Changes nothing. Throws VERSION_INVALID, WORKING_COPY_UNFIT without a commit. */
export async function readPrepareOutlook(
  world: PrepareWorld,
  loaded: LoadedPolicy,
  request: PrepareRequest,
): Promise<PrepareOutlook> {
  const { version } = request;
  const status = await world.workingCopy.status();
  const head = requireHead(status, version);
  const build = await readPolicyAt(world.git, head, 'HEAD:cutwater.yaml');
  const tags = taggedVersions(await readProjectTags(world.git, loaded.policy, world.tagSource));
  const tagged = tags.map((tag) => tag.version);
  const previous = previousStable(version, tagged);
  // A shallow clone may not have the commit to begin at.
  const from = (await world.git.isShallow()) ? undefined : tags.find((tag) => tag.version === previous)?.commit;
  const commits = await world.history.commitsBetween({ from, to: head });
  const versionFiles = await findVersionFiles(world, head, build.versionFiles);
  const kind = kindOn(status.branch, loaded, version);
  const files = filesOf({ ...build, versionFiles, kind });
  const texts = await readTexts(world, head, [...new Set([build.changelog, ...files])]);
  const recordedReason = findBumpReason(version, {
    tagMessage: undefined,
    commits: commits.map(({ message }) => message),
  });
  const own = commits.filter(({ isMerge }) => !isMerge).map(({ id, message }) => ({ id, subject: subjectOf(message) }));
  const preparation = planPreparation({
    version,
    kind,
    policy: { ...build, upgradingRequired: loaded.policy.upgradingRequired },
    versionFiles,
    textsOf: (path) => texts.get(path) ?? { head: undefined, disk: undefined },
    tagged,
    date: { asked: request.date, today: new Date(world.now * 1000).toISOString().slice(0, 10) },
    notes: request.notes,
    bumpReason: request.bumpReason ?? recordedReason,
    subjects: own.map(({ subject }) => subject),
  });
  const remote = await readRemoteBranch(world, { status, head, version });
  const beyond = await world.git.unmerged(
    tags.map(({ commit }) => commit),
    head,
  );
  const contained = tags.filter(({ commit }) => !beyond.has(commit)).map((tag) => tag.version);
  const place = { version, status, git: loaded.policy.git, tagged, contained, files, remote, push: request.push };
  return {
    kind,
    branch: status.branch,
    head,
    preparation,
    problems: [...placeProblems(place), ...preparation.problems],
    commits: own,
    recordedReason,
    candidate: kind === 'rc' ? undefined : candidateOf(version, tagged),
    isPrepared: commits.some(({ id, message }) => id === head && isPrepareCommit(message, version)),
    remote,
  };
}

function candidateOf(version: Version, tagged: readonly Version[]): Version | undefined {
  const own = tagged.filter((other) => releaseClassOf(other) === 'rc');
  return highestVersion(own.filter((other) => compareVersions(coreVersion(other), version) === 0));
}

function requireHead({ head }: WorkingCopyStatus, version: Version): ObjectId {
  if (releaseClassOf(version) === 'prerelease')
    throw new CutwaterError(
      'VERSION_INVALID',
      `Cannot prepare ${quote(formatVersion(version))}: it is neither stable nor a release candidate`,
    );
  if (head !== undefined) return head;
  throw new CutwaterError('WORKING_COPY_UNFIT', `Cannot prepare ${formatVersion(version)}: there is no commit yet`);
}

/** Before there is a commit, the branch says whether it is made beside the protected one. */
function kindOn(branch: string | undefined, { policy }: LoadedPolicy, version: Version): PreparationFacts['kind'] {
  if (releaseClassOf(version) === 'rc') return 'rc';
  return branch === undefined || branch === policy.git.branch ? 'stable' : 'hotfix';
}

/** The files a preparation may change; a candidate leaves the changelog alone. */
function filesOf(facts: {
  readonly changelog: string;
  readonly upgrading: string | undefined;
  readonly versionFiles: readonly VersionFile[];
  readonly kind: PreparationFacts['kind'];
}): readonly string[] {
  const { changelog, upgrading, versionFiles, kind } = facts;
  const documents = [...(kind === 'rc' ? [] : [changelog]), ...(upgrading === undefined ? [] : [upgrading])];
  return [...new Set([...documents, ...versionFiles.map(({ path }) => path)])];
}

async function readTexts(
  { workingCopy }: PrepareWorld,
  commit: ObjectId,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileTexts>> {
  const texts = new Map<string, FileTexts>();
  for (const path of paths) {
    const [head, disk] = await Promise.all([workingCopy.readCheckedOut(commit, path), workingCopy.readFile(path)]);
    texts.set(path, { head: head && decodeText(head, path), disk: disk && decodeText(disk, path) });
  }
  return texts;
}

async function readRemoteBranch(
  world: PrepareWorld,
  { status, head, version }: { readonly status: WorkingCopyStatus; readonly head: ObjectId; readonly version: Version },
): Promise<RemoteBranch> {
  const { git, history } = world;
  const there =
    status.branch === undefined || (await git.remoteUrl()) === undefined
      ? undefined
      : await git.branchHead(status.branch);
  if (there === undefined) return { is: 'unknown', hasHead: false, unpushed: [] };
  if (!(await git.isAncestor(there, head))) return { is: 'behind', hasHead: false, unpushed: [] };
  const beyond = await history.commitsBetween({ from: there, to: head });
  const others = beyond.filter(({ message }) => !isPrepareCommit(message, version));
  return { is: 'here', hasHead: there === head, unpushed: others.map(({ id }) => id) };
}

function subjectOf(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
