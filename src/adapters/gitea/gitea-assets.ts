import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { AnnouncedAsset } from '../../ports/forge.ts';
import { requireAssetName, requireSameBytes } from '../forge-http/announced-asset.ts';
import { downloadFile } from '../forge-http/download-file.ts';
import { badReply, readObject } from '../forge-http/forge-json.ts';
import { hashBytes } from '../forge-http/hash-bytes.ts';
import { checkedBytes } from '../oci-http/checked-bytes.ts';
import type { GiteaApi } from './gitea-api.ts';
import type { GiteaAsset, GiteaRelease } from './gitea-release.ts';
import { readGiteaAsset } from './gitea-release.ts';

export interface GiteaUpload {
  readonly asset: AnnouncedAsset;
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly find: () => Promise<GiteaRelease>;
}

/**
 * Adds a file to a draft. The forge lets a name stand twice: whoever comes second takes back the file that this very call
 * sent, as long as the release is a draft. Throws ASSET_CONFLICT where the first one has other bytes, or the release is
 * published without it.
 */
export function uploadGiteaAsset(api: GiteaApi, { asset, open, find }: GiteaUpload): Promise<void> {
  requireAssetName(asset.name);
  // Each try looks first: the one before may have been taken although its answer was lost.
  return api.session.retry(async (remaining) => {
    const found = await find();
    const subject = `${quote(asset.name)} to release ${quote(found.release.tag)}`;
    const there = found.assets.find(({ name }) => name === asset.name);
    if (there !== undefined) return requireSameBytes(asset, downloadGiteaAsset(api, there), subject);
    if (found.release.state === 'published')
      throw new CutwaterError(
        'ASSET_CONFLICT',
        `Cannot add ${subject}: the release is published without it, a draft is wanted`,
        { hint: 'Find out who published it; if the forge did so when it noticed the tag, make it a draft again there' },
      );
    const sent = await send(api, { asset, open, found, subject, remaining });
    await settle(api, { asset, sent, subject, find });
  });
}

/** The bytes of a file. They may be kept on another host, which gets no token. */
export function downloadGiteaAsset(api: GiteaApi, { uuid, name, size }: GiteaAsset): AsyncIterable<Uint8Array> {
  const what = `download ${quote(name)} from ${api.label}`;
  if (!/^[0-9a-f-]{1,64}$/i.test(uuid))
    throw new CutwaterError('BAD_REPLY', `Cannot ${what}: its number is ${quote(uuid)}, a UUID is wanted`);
  return downloadFile(api.session, { call: { what, url: api.page(`attachments/${uuid}`) }, size });
}

/**
 * Nothing is published whose name stands for two files. A second one that is gone when it is read was taken back by the run
 * that sent it; then the release is looked at again.
 */
export async function requireOneFileEach(api: GiteaApi, find: () => Promise<GiteaRelease>): Promise<void> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await compareTwins(api, await find());
    } catch (error) {
      if (!isCutwaterError(error, 'CONTENT_MISSING') || looks === 5) throw error;
    }
  }
}

async function compareTwins(api: GiteaApi, { assets, release }: GiteaRelease): Promise<void> {
  const first = new Map(assets.toReversed().map((asset) => [asset.name, asset]));
  for (const asset of assets) {
    const chosen = first.get(asset.name);
    if (chosen === undefined || chosen === asset) continue;
    const digests = await Promise.all([chosen, asset].map((one) => hashBytes(downloadGiteaAsset(api, one))));
    if (digests[0] === digests[1]) continue;
    throw new CutwaterError(
      'ASSET_CONFLICT',
      `Cannot publish release ${quote(release.tag)}: ${quote(asset.name)} stands there twice, as ${digests.join(' and as ')}`,
      { hint: 'Find out who uploaded the wrong one, remove it from the draft, and run the same command again' },
    );
  }
}

interface Sending {
  readonly asset: AnnouncedAsset;
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly found: GiteaRelease;
  readonly subject: string;
  readonly remaining: number;
}

async function send(api: GiteaApi, { asset, open, found, subject, remaining }: Sending): Promise<GiteaAsset> {
  const what = `add ${subject}`;
  const call = {
    what,
    method: 'POST',
    url: api.url(`releases/${found.id}/assets`, { name: asset.name }),
    headers: { 'content-type': 'application/octet-stream' },
    body: { kind: 'stream', size: asset.size, open: () => checkedBytes(open(), { ...asset, what }) },
    transferBytes: asset.size,
    returned: [404, 413],
  } as const;
  const reply = await api.session.ask(call, remaining);
  if (reply.status === 404) throw api.missing(what);
  if (reply.status === 413)
    throw new CutwaterError('FORGE_REFUSED', `Cannot ${what}: ${api.label} takes no file of ${asset.size} bytes`, {
      hint: 'Ask for a higher limit there: MAX_SIZE under [attachment] of its app.ini, and that of a proxy before it',
    });
  const stored = readGiteaAsset(what, readObject(what, reply));
  if (stored.name !== asset.name || stored.size !== asset.size)
    throw badReply(what, reply, `${quote(stored.name)} of ${stored.size} bytes, ${asset.size} were sent`);
  return stored;
}

async function settle(
  api: GiteaApi,
  parts: Pick<GiteaUpload, 'asset' | 'find'> & { readonly sent: GiteaAsset; readonly subject: string },
): Promise<void> {
  const { asset, sent, subject, find } = parts;
  const found = await find();
  const there = found.assets.find(({ name }) => name === asset.name);
  if (there === undefined || there.id >= sent.id) return;
  if (found.release.state === 'draft') {
    const what = `take back the second ${subject}`;
    const url = api.url(`releases/${found.id}/assets/${sent.id}`);
    await api.session.send({ what, method: 'DELETE', url, returned: [404] });
  }
  await requireSameBytes(asset, downloadGiteaAsset(api, there), subject);
}
