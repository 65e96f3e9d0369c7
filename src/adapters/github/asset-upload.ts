import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { AnnouncedAsset } from '../../ports/forge.ts';
import { requireAssetName, requireSameBytes } from '../forge-http/announced-asset.ts';
import { badReply, readList, readObject } from '../forge-http/forge-json.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { checkedBytes } from '../oci-http/checked-bytes.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import { downloadGithubAsset } from './asset-download.ts';
import type { GithubApi } from './github-api.ts';
import type { GithubAsset, GithubRelease } from './github-release.ts';
import { readGithubAsset } from './github-release.ts';

/**
 * Adds a file to a draft. What an upload that broke off left behind (state `starter`: never a file anyone could get) is
 * removed; nothing else ever is. Throws ASSET_CONFLICT where the name has other bytes, or the release is published
 * without it.
 */
export function uploadGithubAsset(
  api: GithubApi,
  target: { readonly asset: AnnouncedAsset; readonly open: () => AsyncIterable<Uint8Array> },
  find: () => Promise<GithubRelease>,
): Promise<void> {
  const { asset } = target;
  requireAssetName(asset.name);
  // Each try looks first: the one before may have been taken although its answer was lost.
  return api.session.retry(async (remaining) => {
    const found = await find();
    const subject = `${quote(asset.name)} to release ${quote(found.release.tag)}`;
    for (const there of await assetsNamed(api, found, asset.name)) {
      if (there.state === 'uploaded') return requireSameBytes(asset, downloadGithubAsset(api, there), subject);
      if (found.release.state === 'draft') await removeStarter(api, there, subject);
    }
    if (found.release.state === 'published') throw closedRelease(found, subject);
    await send(api, { ...target, found, subject, remaining });
  });
}

async function assetsNamed(api: GithubApi, { id }: GithubRelease, name: string): Promise<readonly GithubAsset[]> {
  const what = `list the files of release ${id}`;
  const url = api.url(`releases/${id}/assets`, { per_page: '100' });
  const items = await readAllPages(
    api.session,
    { what, method: 'GET', url, returned: [404] },
    {
      itemsOf: (_, page) => {
        // The release was found a moment ago: a part of GitHub does not know it yet.
        if (page.status === 404) throw new TransientError('SERVER_ERROR', api.session.unexpected(what, page).message);
        return readList(what, page);
      },
    },
  );
  return items.map((item) => readGithubAsset(what, item)).filter((asset) => asset.name === name);
}

async function removeStarter(api: GithubApi, { id }: GithubAsset, subject: string): Promise<void> {
  const what = `remove what a broken upload of ${subject} left`;
  await api.session.send({ what, method: 'DELETE', url: api.url(`releases/assets/${id}`), returned: [404] });
}

function closedRelease({ isImmutable }: GithubRelease, subject: string): CutwaterError {
  const state = isImmutable ? 'published and immutable' : 'published';
  return new CutwaterError(
    'ASSET_CONFLICT',
    `Cannot add ${subject}: the release is ${state} without it, a draft is wanted`,
    { hint: 'Find out who published it; a published release never changes, so release the next version' },
  );
}

interface Upload {
  readonly asset: AnnouncedAsset;
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly found: GithubRelease;
  readonly subject: string;
  readonly remaining: number;
}

async function send(api: GithubApi, { asset, open, found, subject, remaining }: Upload): Promise<void> {
  const what = `add ${subject}`;
  const call = {
    what,
    method: 'POST',
    url: uploadAddress(api, found, asset),
    headers: { 'content-type': 'application/octet-stream' },
    body: { kind: 'stream', size: asset.size, open: () => checkedBytes(open(), { ...asset, what }) },
    transferBytes: asset.size,
    returned: [404, 422],
  } as const;
  const reply = await api.session.ask(call, remaining);
  if (reply.status === 404) throw await api.missing(what, 'the right "contents: write"');
  if (reply.status === 422) {
    const error = api.session.unexpected(what, reply);
    // Someone else was faster, or an earlier try of ours: the next look says which.
    if (/already_exists/.test(error.message)) throw new TransientError('ASSET_CONFLICT', error.message);
    throw error;
  }
  const stored = readGithubAsset(what, readObject(what, reply));
  if (stored.name !== asset.name)
    throw new CutwaterError('FORGE_REFUSED', `Cannot ${what}: GitHub calls it ${quote(stored.name)}`, {
      hint: 'Choose another name in the policy, under binaries, and remove the file from the draft',
    });
  if (stored.size !== asset.size) throw badReply(what, reply, `${stored.size} bytes, ${asset.size} were sent`);
}

/** The address that the release names, as long as it is one of the hosts the token belongs to. */
function uploadAddress(api: GithubApi, { uploadUrl, release }: GithubRelease, { name }: AnnouncedAsset): URL {
  // What stands in braces (RFC 6570) are parameters, at its end.
  const [plain = ''] = uploadUrl.split('{', 1);
  const url = URL.canParse(plain) ? new URL(plain) : undefined;
  if (url === undefined || !api.place.origins.includes(url.origin))
    throw new CutwaterError(
      'BAD_REPLY',
      `Cannot upload to release ${quote(release.tag)}: its files would go to ${quote(plain)}, ${api.place.origins.join(' or ')} is wanted`,
      { hint: 'Check forge.address in cutwater.yaml' },
    );
  url.searchParams.set('name', name);
  return url;
}
