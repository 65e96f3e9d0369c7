import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { coreVersion, formatVersion, releaseClassOf } from '../../domain/version.ts';
import type { Section } from '../../documents/changelog.ts';
import { parseChangelog } from '../../documents/changelog.ts';
import { changesFor } from '../../documents/changes-for.ts';
import { declaredChanges } from '../../documents/declared-changes.ts';
import type { DocumentProblem } from '../../documents/file-plan.ts';
import { judgeBump } from '../../documents/judge-bump.ts';
import type { NotesJudgement } from '../../documents/judge-notes.ts';
import { judgeNotes } from '../../documents/judge-notes.ts';
import { bumpProblem } from '../../documents/plan-preparation.ts';
import { findBumpReason } from '../../documents/prepare-commit.ts';
import { previousStable } from '../../documents/previous-stable.ts';
import type { Policy } from '../../policy/policy.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { releaseKindsOf } from '../facts/release-class.ts';
import { readTextFile } from '../facts/text-file.ts';
import { versionProblems } from './version-files.ts';
import type { ReadWorld } from '../world.ts';

/** The repository is enough. */
export type DocumentWorld = Pick<ReadWorld, 'git' | 'history'>;

export interface DocumentedRelease {
  readonly version: Version;
  readonly commit: ObjectId;
  /** The policy of the commit: which files there are. Which of them are required says the protected branch. */
  readonly build: Policy;
  readonly tags: ProjectTags;
  /** Of the release tag; undefined before it is made. */
  readonly tagMessage: string | undefined;
}

/** Throws GATE_FAILED with all problems where the documents of the tagged commit do not say what a release must say. */
export async function requireDocuments(
  world: DocumentWorld,
  loaded: LoadedPolicy,
  release: DocumentedRelease,
): Promise<void> {
  const problems = await documentProblems(world, loaded, release);
  const [first, ...more] = problems;
  if (first === undefined) return;
  const name = releaseTagOf(release.version);
  throw new CutwaterError('GATE_FAILED', `Cannot release ${name}: ${first.message}`, {
    details: more.map(({ message }) => message),
    hint: `${first.hint}. What is tagged stays as it is, so take the next version then`,
  });
}

/** What stops a release by what the commit's own documents say: changelog, size of the step, upgrading notes, version files. */
export async function documentProblems(
  world: DocumentWorld,
  loaded: LoadedPolicy,
  release: DocumentedRelease,
): Promise<readonly DocumentProblem[]> {
  const { version, commit, build } = release;
  const text = await readTextFile(world.git, commit, build.changelog);
  const section = changesFor(parseChangelog(text ?? ''), version);
  const notes = await readNotes(world, release);
  const kinds = await releaseKindsOf(world.git, { ...release, head: loaded.commit, message: release.tagMessage });
  const isRequired = kinds.some((kind) => loaded.policy.upgradingRequired.includes(kind));
  const disagreements = await versionProblems(world, { commit, version, files: build.versionFiles });
  return [
    ...(text === undefined ? [changelogProblem(build.changelog, version, undefined)] : []),
    ...(text !== undefined && section.is === 'refused'
      ? [changelogProblem(build.changelog, version, section.reason)]
      : []),
    ...(section.is === 'ok' ? await bumpProblems(world, release, { section: section.value, notes }) : []),
    ...(isRequired ? notesProblems(notes, version) : []),
    ...disagreements.map((message) => ({ message, hint: prepareHint(version) })),
  ];
}

/** A tree cannot spare itself the notes by saying that it keeps none: whether they are required the protected branch says. */
function notesProblems(notes: NotesJudgement | undefined, version: Version): readonly DocumentProblem[] {
  if (notes !== undefined) return notes.is === 'refused' ? notes.problems : [];
  const message = `the policy of the commit has "upgrading: false", and the protected branch wants upgrading notes for ${formatVersion(coreVersion(version))}`;
  return [{ message, hint: `Name the file in upgrading, then run 'cutwater prepare ${formatVersion(version)}'` }];
}

async function readNotes({ git }: DocumentWorld, release: DocumentedRelease): Promise<NotesJudgement | undefined> {
  const { version, commit, build } = release;
  const path = build.upgrading;
  if (path === undefined) return undefined;
  return judgeNotes(await readTextFile(git, commit, path), { path, version: coreVersion(version) });
}

function changelogProblem(path: string, version: Version, reason: string | undefined): DocumentProblem {
  if (reason === undefined)
    return {
      message: `${quote(path)} is not in the commit`,
      hint: `Write it with what is new under "## [Unreleased]" and commit it, then run 'cutwater prepare ${formatVersion(coreVersion(version))}'`,
    };
  const name = formatVersion(coreVersion(version));
  const hint =
    releaseClassOf(version) === 'stable'
      ? `${prepareHint(version)}, or write the section "## [${name}] - YYYY-MM-DD" before you tag`
      : 'Write what is new under "## [Unreleased]" before you tag';
  return { message: `${quote(path)} ${reason}`, hint };
}

function prepareHint(version: Version): string {
  return `Run 'cutwater prepare ${formatVersion(version)}'`;
}

/** A candidate may still grow; what a stable version declares must fit its number, or a maintainer must have said why not. */
async function bumpProblems(
  { git, history }: DocumentWorld,
  release: DocumentedRelease,
  { section, notes }: { readonly section: Section; readonly notes: NotesJudgement | undefined },
): Promise<readonly DocumentProblem[]> {
  const { version, commit, tags, tagMessage } = release;
  if (releaseClassOf(version) !== 'stable') return [];
  const tagged = taggedVersions(tags);
  const previous = previousStable(
    version,
    tagged.map(({ version: other }) => other),
  );
  const upgrading = notes?.entry?.fields;
  const judged = judgeBump({ asked: version, previous, declared: declaredChanges(section), upgrading });
  const wrong = judged.problems.filter(({ weight }) => weight === 'wrong');
  if (wrong.length === 0) return [];
  const isShallow = await git.isShallow();
  // A shallow clone may not have the commit to begin at; what it has may hold the reason nevertheless.
  const from = isShallow ? undefined : tagged.find((tag) => tag.version === previous)?.commit;
  const commits = (await history.commitsBetween({ from, to: commit })).map(({ message }) => message);
  if (findBumpReason(version, { tagMessage, commits }) !== undefined) return [];
  if (isShallow)
    throw new CutwaterError(
      'HISTORY_SHALLOW',
      `Cannot see whether a reason was given for ${formatVersion(version)}: ${wrong.map(({ message }) => message).join('; ')}`,
    );
  return wrong.map(({ message }) => bumpProblem(message, judged));
}

/** The release tags of the project with the commits they lead to. */
export function taggedVersions(tags: ProjectTags): readonly { readonly version: Version; readonly commit: ObjectId }[] {
  return tags.decided.flatMap(({ tag, name }) =>
    name.kind === 'release' && tag.commit !== undefined ? [{ version: name.version, commit: tag.commit }] : [],
  );
}
