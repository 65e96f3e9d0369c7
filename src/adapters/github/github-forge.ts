import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { Forge } from '../../ports/forge.ts';
import type { ForgeOptions, HostedForge } from '../forge-http/forge-options.ts';
import { readObject } from '../forge-http/forge-json.ts';
import { requireMark } from '../forge-http/require-mark.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { downloadGithubAsset } from './asset-download.ts';
import { uploadGithubAsset } from './asset-upload.ts';
import type { ReleaseFinder } from './find-release.ts';
import { createReleaseFinder } from './find-release.ts';
import { githubCommitChecks } from './commit-checks.ts';
import type { GithubApi } from './github-api.ts';
import { openGithubApi } from './github-api.ts';
import type { GithubRelease } from './github-release.ts';
import { readGithubRelease } from './github-release.ts';
import { githubPullRequests } from './pull-requests.ts';
import { requireTagObject } from './tag-object.ts';

/**
 * Releases of a repository on github.com, a tenant of GHE.com or a GitHub Enterprise Server. Drafts first; nothing that
 * anyone could see is deleted, no tag is made or moved, and the latest flag is never left to GitHub's default.
 */
export function githubForge(policy: HostedForgePolicy, options: ForgeOptions): HostedForge {
  const api = openGithubApi(policy, options);
  const finder = createReleaseFinder(api);
  return {
    kind: 'github',
    description: `github ${api.place.label}`,
    findRelease: async (tag) => (await finder.find(tag))?.release,
    listReleases: () => finder.list(),
    createDraft: (draft) => createDraft(api, finder, draft),
    uploadAsset: async (tag, asset, open) => {
      await uploadGithubAsset(api, { asset, open }, () => finder.require(tag, 'add a file to'));
      finder.wrote(tag, { is: 'file-added', name: asset.name });
    },
    downloadAsset: (tag, name) => download(api, finder, { tag, name }),
    publish: (tag, { object }) => publish({ api, finder }, tag, () => requireTagObject(api, tag, object)),
    updateNotes: async (tag, { notes, deprecated }) => {
      requireMark(tag, notes, deprecated);
      await updateNotes({ api, finder }, tag, notes);
    },
    latest: () => latest(api),
    setLatest: (tag) => setLatest({ api, finder }, tag),
    mergeRequests: githubPullRequests(api, policy.repository.split('/')[0] ?? ''),
    checks: githubCommitChecks(api),
    close: api.close,
  };
}

interface Parts {
  readonly api: GithubApi;
  readonly finder: ReleaseFinder;
}

/** Looks before each try: a draft that was made although its answer was lost must not get a twin. */
async function createDraft(
  api: GithubApi,
  finder: ReleaseFinder,
  draft: Parameters<Forge['createDraft']>[0],
): Promise<void> {
  const what = `make a draft of release ${quote(draft.tag)}`;
  const json = {
    tag_name: draft.tag,
    name: draft.title,
    body: draft.notes,
    draft: true,
    prerelease: draft.prerelease,
    make_latest: 'false',
    generate_release_notes: false,
  };
  const made = await api.session.retry(async (remaining) => {
    if ((await finder.find(draft.tag)) !== undefined) return false;
    const call = { what, method: 'POST', url: api.url('releases'), json, returned: [404] } as const;
    const reply = await api.session.ask(call, remaining);
    if (reply.status === 404) throw await api.missing(what, 'the right "contents: write"');
    finder.remember(readGithubRelease(what, readObject(what, reply)));
    return true;
  });
  // Two runs may have made one each; both go on with the same.
  if (made) await finder.elect(draft.tag);
}

async function* download(
  api: GithubApi,
  finder: ReleaseFinder,
  { tag, name }: { readonly tag: string; readonly name: string },
): AsyncGenerator<Uint8Array> {
  const { assets } = await finder.require(tag, `download ${quote(name)} of`);
  const asset = assets.find((one) => one.name === name && one.state === 'uploaded');
  if (asset === undefined)
    throw new CutwaterError(
      'NOT_PUBLISHED',
      `Cannot download ${quote(name)} of release ${quote(tag)}: it has no such file on github ${api.place.label}`,
    );
  yield* downloadGithubAsset(api, asset);
}

async function publish({ api, finder }: Parts, tag: string, requireTag: () => Promise<void>): Promise<void> {
  const found = await finder.require(tag, 'publish');
  if (found.release.state === 'published') return;
  await requireTag();
  const what = `publish release ${quote(tag)}`;
  // What latest is follows the estate, later; a first "true" would be GitHub's default.
  const json = { draft: false, prerelease: found.release.prerelease, make_latest: 'false' };
  try {
    const after = await patch(api, found, { what, json });
    if (after.release.state !== 'published' || after.release.tag !== tag)
      throw new CutwaterError(
        'BAD_REPLY',
        `Cannot ${what}: GitHub answers that ${quote(after.release.tag)} is ${after.release.state}`,
      );
  } catch (error) {
    // Another draft of this tag may have been published meanwhile: then the tag is taken, and that one counts.
    finder.forget(tag);
    if ((await finder.find(tag))?.release.state !== 'published') throw error;
  }
  finder.wrote(tag, { is: 'published' });
  await requireTag();
}

async function updateNotes({ api, finder }: Parts, tag: string, notes: string): Promise<void> {
  const found = await finder.require(tag, 'change the notes of');
  const { state, prerelease } = found.release;
  const isLatest = state === 'published' && !prerelease && (await latest(api)) === tag;
  const what = `change the notes of release ${quote(tag)}`;
  const json = { body: notes, make_latest: isLatest ? 'true' : 'false' };
  try {
    await patch(api, found, { what, json });
  } catch (error) {
    if (!found.isImmutable || !(error instanceof CutwaterError) || error.code !== 'FORGE_REFUSED') throw error;
    throw new CutwaterError(error.code, `${error.message}; the release is immutable, its files and tag are locked`, {
      hint: 'Change the notes by hand: title and notes of an immutable release may still be edited on GitHub',
      cause: error,
    });
  }
  if (found.release.notes !== notes) finder.wrote(tag, { is: 'notes-changed', before: found.release.notes });
}

async function latest(api: GithubApi): Promise<string | undefined> {
  const what = 'read the latest release';
  const reply = await api.session.send({ what, method: 'GET', url: api.url('releases/latest'), returned: [404] });
  return reply.status === 404 ? undefined : readGithubRelease(what, readObject(what, reply)).release.tag;
}

async function setLatest({ api, finder }: Parts, tag: string): Promise<void> {
  const act = 'show as the latest';
  const found = await finder.require(tag, act);
  const { state, prerelease } = found.release;
  if (state === 'draft' || prerelease)
    throw new CutwaterError(
      'NOT_PUBLISHED',
      `Cannot ${act} release ${quote(tag)}: it is a ${state === 'draft' ? 'draft' : 'prerelease'}, a published release is wanted`,
    );
  const what = `${act} release ${quote(tag)}`;
  await patch(api, found, { what, json: { make_latest: 'true' } });
  // What is shown may be a little older than what was written.
  await api.session.retry(async () => {
    const shown = await latest(api);
    if (shown === tag) return;
    const found = shown === undefined ? 'none' : quote(shown);
    throw new TransientError('SERVER_ERROR', `Cannot ${what}: GitHub took it and goes on showing ${found}`);
  });
}

async function patch(
  api: GithubApi,
  { id }: GithubRelease,
  { what, json }: { readonly what: string; readonly json: JsonObject },
): Promise<GithubRelease> {
  const url = api.url(`releases/${id}`);
  const reply = await api.session.send({ what, method: 'PATCH', url, json, returned: [404] });
  if (reply.status === 404) throw await api.missing(what, 'the right "contents: write"');
  return readGithubRelease(what, readObject(what, reply));
}
