import { hasDeprecatedMark } from '../../domain/deprecated-mark.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { parseTagName } from '../../domain/tag-name.ts';
import { releaseClassOf } from '../../domain/version.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ForgeRelease, ListedRelease } from '../../ports/forge.ts';
import { readList, readObject, requiredText } from '../forge-http/forge-json.ts';
import type { ForgeOptions, HostedForge } from '../forge-http/forge-options.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { requireMark } from '../forge-http/require-mark.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { textMember } from '../oci-http/json-object.ts';
import { draftNumber, newestDraft, readDraft, writeDraft } from './draft-file.ts';
import { gitlabCommitChecks } from './commit-checks.ts';
import type { GitlabApi } from './gitlab-api.ts';
import { openGitlabApi } from './gitlab-api.ts';
import { gitlabMergeRequests } from './merge-requests.ts';
import type { PackageFile } from './package-files.ts';
import { downloadPackageFile, listPackageFiles, uploadPackageFile } from './package-files.ts';
import { publishGitlabRelease } from './publish-release.ts';

/**
 * Releases of a project on GitLab. There are no drafts: files and text wait in a generic package, and the release appears
 * whole, with links to them. Nothing that anyone could see is deleted, no tag is made or moved. Which release is shown as
 * the latest one goes by dates, candidates included, and cannot be set.
 */
export function gitlabForge(policy: HostedForgePolicy, options: ForgeOptions): HostedForge {
  const api = openGitlabApi(policy, options);
  return {
    kind: 'gitlab',
    description: api.label,
    findRelease: async (tag) => (await find(api, tag))?.release,
    listReleases: () => list(api),
    createDraft: async ({ tag, title, notes }) => {
      if ((await find(api, tag)) === undefined) await makeDraft(api, tag, { title, notes });
      api.own.add(tag, { is: 'drafted' });
    },
    uploadAsset: async (tag, file, open) => {
      const mayAdd = async (): Promise<boolean> => (await require(api, tag, 'add a file to')).release.state === 'draft';
      await uploadPackageFile(api, { tag, file, open, mayAdd });
      api.own.add(tag, { is: 'file-added', name: file.name });
    },
    downloadAsset: (tag, name) => download(api, { tag, name }),
    publish: (tag, { object }) => publish(api, tag, object),
    updateNotes: async (tag, { notes, deprecated }) => {
      requireMark(tag, notes, deprecated);
      await updateNotes(api, tag, notes);
    },
    latest: () => latest(api),
    setLatest: (tag) =>
      Promise.reject(
        new CutwaterError(
          'FORGE_REFUSED',
          `Cannot show release ${quote(tag)} as the latest: GitLab goes by the dates of releases`,
          { hint: 'Tell users to follow the image tags' },
        ),
      ),
    mergeRequests: gitlabMergeRequests(api),
    checks: gitlabCommitChecks(api),
    close: api.close,
  };
}

interface Found {
  readonly release: ForgeRelease;
  readonly files: readonly PackageFile[];
}

function find(api: GitlabApi, tag: string): Promise<Found | undefined> {
  return api.own.readOne(tag, () => look(api, tag));
}

async function look(api: GitlabApi, tag: string): Promise<Found | undefined> {
  const what = `read release ${quote(tag)}`;
  const url = api.url(`releases/${encodeURIComponent(tag)}`);
  const reply = await api.session.send({ what, method: 'GET', url, returned: [403, 404] });
  const files = await listPackageFiles(api, tag).catch((error: unknown) => noPackages(api, error));
  if (reply.status === 200) return { release: published(readObject(what, reply), { what, files }), files };
  // Without a token 404 is all there is to see; with one, 403 is the answer of a forge that has it.
  if (reply.status === 403 && api.session.token.is === 'token') throw api.session.unexpected(what, reply);
  const draft = newestDraft(files);
  if (draft === undefined) return undefined;
  const { title, notes } = await readDraft(api, tag, draft.file);
  return { release: { tag, title, notes, state: 'draft', ...shared(tag, notes, files) }, files };
}

/** Who may see the project's releases may not have the right to see its packages. */
function noPackages(api: GitlabApi, error: unknown): readonly PackageFile[] {
  if (
    api.session.token.is === 'none' &&
    isCutwaterError(error) &&
    ['UNAUTHENTICATED', 'FORGE_REFUSED'].includes(error.code)
  )
    return [];
  throw error;
}

function published(
  json: JsonObject,
  { what, files }: { readonly what: string; readonly files: readonly PackageFile[] },
): ForgeRelease {
  const tag = requiredText(what, json, 'tag_name');
  const notes = textMember(json, 'description') ?? '';
  return { tag, title: textMember(json, 'name') ?? tag, notes, state: 'published', ...shared(tag, notes, files) };
}

function shared(
  tag: string,
  notes: string,
  files: readonly PackageFile[],
): Pick<ForgeRelease, 'deprecated' | 'prerelease' | 'assets'> {
  const name = parseTagName(tag);
  const first = new Map(files.toReversed().map((file) => [file.name, { name: file.name, size: file.size }]));
  return {
    deprecated: hasDeprecatedMark(notes),
    // GitLab has no such mark; the version says it.
    prerelease: name.is === 'ok' && name.value.kind === 'release' && releaseClassOf(name.value.version) === 'rc',
    assets: [...first.values()]
      .filter((file) => draftNumber(file.name) === undefined)
      .toSorted((left, right) => (left.name < right.name ? -1 : 1)),
  };
}

async function require(api: GitlabApi, tag: string, act: string): Promise<Found> {
  const found = await find(api, tag);
  if (found !== undefined) return found;
  throw new CutwaterError('NOT_PUBLISHED', `Cannot ${act} release ${quote(tag)}: there is none on ${api.label}`);
}

function list(api: GitlabApi): Promise<readonly ListedRelease[]> {
  const what = `list the releases of ${api.label}`;
  const url = api.url('releases', { per_page: '100' });
  return api.own.readList(async () => {
    const items = await readAllPages(api.session, { what, method: 'GET', url });
    return items.map((item) => published(item, { what, files: [] }));
  });
}

/** The first of two runs says what the draft is. */
async function makeDraft(
  api: GitlabApi,
  tag: string,
  text: { readonly title: string; readonly notes: string },
): Promise<void> {
  try {
    await writeDraft(api, tag, { number: 1, text });
  } catch (error) {
    if (!isCutwaterError(error, 'ASSET_CONFLICT')) throw error;
  }
}

async function* download(
  api: GitlabApi,
  { tag, name }: { readonly tag: string; readonly name: string },
): AsyncGenerator<Uint8Array> {
  const { files } = await require(api, tag, `download ${quote(name)} of`);
  const file = files.find((one) => one.name === name);
  if (file === undefined)
    throw new CutwaterError(
      'NOT_PUBLISHED',
      `Cannot download ${quote(name)} of release ${quote(tag)}: it has no such file on ${api.label}`,
    );
  yield* downloadPackageFile(api, tag, file);
}

async function publish(api: GitlabApi, tag: string, object: ObjectId): Promise<void> {
  const { release } = await require(api, tag, 'publish');
  if (release.state === 'published') return;
  const isPublished = async (): Promise<boolean> => (await require(api, tag, 'publish')).release.state === 'published';
  await publishGitlabRelease(api, { release, object, isPublished });
  api.own.add(tag, { is: 'published' });
}

async function updateNotes(api: GitlabApi, tag: string, notes: string): Promise<void> {
  const { release, files } = await require(api, tag, 'change the notes of');
  if (release.notes === notes) return;
  const draft = newestDraft(files);
  if (release.state === 'draft' && draft !== undefined)
    await writeDraft(api, tag, { number: draft.number + 1, text: { title: release.title, notes } });
  else await describe(api, tag, notes);
  api.own.add(tag, { is: 'notes-changed', before: release.notes });
}

async function describe(api: GitlabApi, tag: string, notes: string): Promise<void> {
  const what = `change the notes of release ${quote(tag)}`;
  const url = api.url(`releases/${encodeURIComponent(tag)}`);
  const reply = await api.session.send({ what, method: 'PUT', url, json: { description: notes }, returned: [404] });
  if (reply.status === 404) throw api.missing(what);
}

async function latest(api: GitlabApi): Promise<string | undefined> {
  const what = 'read the latest release';
  const query = { order_by: 'released_at', sort: 'desc', per_page: '1' };
  const [first] = readList(what, await api.session.send({ what, method: 'GET', url: api.url('releases', query) }));
  return first === undefined ? undefined : requiredText(what, first, 'tag_name');
}
