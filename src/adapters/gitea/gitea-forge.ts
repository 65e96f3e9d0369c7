import { CutwaterError } from '../../domain/error.ts';
import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { Forge } from '../../ports/forge.ts';
import { readObject } from '../forge-http/forge-json.ts';
import type { ForgeOptions, HostedForge } from '../forge-http/forge-options.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { requireMark } from '../forge-http/require-mark.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { textMember } from '../oci-http/json-object.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import { giteaCommitChecks } from './commit-checks.ts';
import type { GiteaApi } from './gitea-api.ts';
import { openGiteaApi } from './gitea-api.ts';
import { downloadGiteaAsset, requireOneFileEach, uploadGiteaAsset } from './gitea-assets.ts';
import type { GiteaRelease } from './gitea-release.ts';
import { readGiteaRelease } from './gitea-release.ts';
import { giteaPullRequests } from './pull-requests.ts';
import { requireGiteaTag } from './gitea-tag.ts';

/**
 * Releases of a repository on Gitea or Forgejo. Drafts first, nothing that anyone could see is deleted, no tag is made or
 * moved. Which release is shown as the latest one goes by dates there and cannot be set.
 */
export function giteaForge(policy: HostedForgePolicy, options: ForgeOptions): HostedForge {
  const api = openGiteaApi(policy, options);
  const exposed = new Set<string>();
  return {
    kind: policy.kind,
    description: api.label,
    findRelease: async (tag) => (await find(api, tag))?.release,
    listReleases: () => list(api),
    createDraft: async (draft) => {
      if ((await createDraft(api, draft)) === 'before its tag') exposed.add(draft.tag);
    },
    uploadAsset: async (tag, asset, open) => {
      await uploadGiteaAsset(api, { asset, open, find: () => requireKept({ api, exposed }, tag) });
      api.own.add(tag, { is: 'file-added', name: asset.name });
    },
    downloadAsset: (tag, name) => download(api, { tag, name }),
    publish: async (tag, { object }) => {
      await publish(api, tag, object);
      exposed.delete(tag);
    },
    updateNotes: async (tag, { notes, deprecated }) => {
      requireMark(tag, notes, deprecated);
      const { id, release } = await require(api, tag, 'change the notes of');
      await patch(api, id, { what: `change the notes of release ${quote(tag)}`, json: { body: notes } });
      if (release.notes !== notes) api.own.add(tag, { is: 'notes-changed', before: release.notes });
    },
    latest: () => latest(api),
    setLatest: (tag) => Promise.reject(goesByDates(policy, tag)),
    mergeRequests: giteaPullRequests(api),
    checks: giteaCommitChecks(api),
    close: api.close,
  };
}

function goesByDates({ kind }: HostedForgePolicy, tag: string): CutwaterError {
  const { name } = forgeCapabilities[kind];
  return new CutwaterError(
    'FORGE_REFUSED',
    `Cannot show release ${quote(tag)} as the latest: ${name} goes by the dates of releases`,
    { hint: 'Tell users to follow the image tags' },
  );
}

function find(api: GiteaApi, tag: string): Promise<GiteaRelease | undefined> {
  const what = `read release ${quote(tag)}`;
  const url = api.url(`releases/tags/${encodeURIComponent(tag)}`);
  return api.own.readOne(tag, async () => {
    const reply = await api.session.send({ what, method: 'GET', url, returned: [404] });
    return reply.status === 404 ? undefined : readGiteaRelease(what, readObject(what, reply));
  });
}

async function require(api: GiteaApi, tag: string, act: string): Promise<GiteaRelease> {
  const found = await find(api, tag);
  if (found !== undefined) return found;
  throw new CutwaterError('NOT_PUBLISHED', `Cannot ${act} release ${quote(tag)}: there is none on ${api.label}`);
}

function list(api: GiteaApi): Promise<readonly GiteaRelease['release'][]> {
  const what = `list the releases of ${api.label}`;
  const url = api.url('releases', { limit: '50' });
  return api.own.readList(async () => {
    const items = await readAllPages(api.session, { what, method: 'GET', url });
    return items.map((item) => readGiteaRelease(what, item).release);
  });
}

/**
 * The release to add a file to. Gitea looks at pushes later, and publishes whatever draft there is of a tag it has not
 * noticed yet. A draft that this run made too early is made a draft again: nobody has asked for it to be public.
 */
async function requireKept(
  { api, exposed }: { readonly api: GiteaApi; readonly exposed: Set<string> },
  tag: string,
): Promise<GiteaRelease> {
  const found = await require(api, tag, 'add a file to');
  if (found.release.state === 'draft' || !exposed.has(tag)) return found;
  exposed.delete(tag);
  api.warn(`${api.label} published ${tag} by itself when it noticed the tag: it is a draft again until it is whole`);
  return patch(api, found.id, { what: `keep release ${quote(tag)} a draft`, json: { draft: true } });
}

/**
 * Looks before each try: one that was made although its answer was lost is the one. The forge takes a tag only once. A
 * draft of a tag that the forge has not noticed yet names a branch to make it from.
 */
async function createDraft(
  api: GiteaApi,
  draft: Parameters<Forge['createDraft']>[0],
): Promise<'there' | 'of its tag' | 'before its tag'> {
  const what = `make a draft of release ${quote(draft.tag)}`;
  const { tag, title, notes, prerelease } = draft;
  const json = { tag_name: tag, name: title, body: notes, draft: true, prerelease };
  const outcome = await api.session.retry(async (remaining) => {
    if ((await find(api, tag)) !== undefined) return 'there';
    const call = { what, method: 'POST', url: api.url('releases'), json, returned: [404, 409] } as const;
    const reply = await api.session.ask(call, remaining);
    if (reply.status === 404) throw api.missing(what);
    // There is one: the next look finds it, or the forge means something else.
    if (reply.status === 409) throw new TransientError('FORGE_REFUSED', api.session.unexpected(what, reply).message);
    return textMember(readObject(what, reply), 'target_commitish') === undefined ? 'of its tag' : 'before its tag';
  });
  api.own.add(tag, { is: 'drafted' });
  return outcome;
}

async function* download(
  api: GiteaApi,
  { tag, name }: { readonly tag: string; readonly name: string },
): AsyncGenerator<Uint8Array> {
  const { assets } = await require(api, tag, `download ${quote(name)} of`);
  const asset = assets.find((one) => one.name === name);
  if (asset === undefined)
    throw new CutwaterError(
      'NOT_PUBLISHED',
      `Cannot download ${quote(name)} of release ${quote(tag)}: it has no such file on ${api.label}`,
    );
  yield* downloadGiteaAsset(api, asset);
}

async function publish(api: GiteaApi, tag: string, object: ObjectId): Promise<void> {
  const found = await require(api, tag, 'publish');
  if (found.release.state === 'published') return;
  await requireOneFileEach(api, () => require(api, tag, 'publish'));
  await requireGiteaTag(api, tag, object);
  const what = `publish release ${quote(tag)}`;
  const after = await patch(api, found.id, { what, json: { draft: false } });
  if (after.release.state !== 'published' || after.release.tag !== tag)
    throw new CutwaterError(
      'BAD_REPLY',
      `Cannot ${what}: ${api.label} answers that ${quote(after.release.tag)} is ${after.release.state}`,
    );
  api.own.add(tag, { is: 'published' });
  await requireGiteaTag(api, tag, object);
}

async function latest(api: GiteaApi): Promise<string | undefined> {
  const what = 'read the latest release';
  const reply = await api.session.send({ what, method: 'GET', url: api.url('releases/latest'), returned: [404] });
  return reply.status === 404 ? undefined : readGiteaRelease(what, readObject(what, reply)).release.tag;
}

async function patch(
  api: GiteaApi,
  id: number,
  { what, json }: { readonly what: string; readonly json: JsonObject },
): Promise<GiteaRelease> {
  const url = api.url(`releases/${id}`);
  const reply = await api.session.send({ what, method: 'PATCH', url, json, returned: [404] });
  if (reply.status === 404) throw api.missing(what);
  return readGiteaRelease(what, readObject(what, reply));
}
