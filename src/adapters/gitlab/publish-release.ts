import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { ForgeRelease } from '../../ports/forge.ts';
import { readObject, requiredText } from '../forge-http/forge-json.ts';
import { hashBytes } from '../forge-http/hash-bytes.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import type { GitlabApi } from './gitlab-api.ts';
import { downloadPackageFile, fileAddress, listPackageFiles } from './package-files.ts';

export interface GitlabPublication {
  readonly release: ForgeRelease;
  readonly object: ObjectId;
  readonly isPublished: () => Promise<boolean>;
}

/** Makes the release, whole, of a tag that is there and is the verified one. No `ref` is given, so that none is made. */
export async function publishGitlabRelease(
  api: GitlabApi,
  { release, object, isPublished }: GitlabPublication,
): Promise<void> {
  const { tag, title, notes, assets } = release;
  const what = `publish release ${quote(tag)}`;
  await requireSingleFiles(api, tag);
  await requireTag(api, tag, object);
  const links = assets.map(({ name }) => ({
    name,
    url: fileAddress(api, tag, name).href,
    direct_asset_path: `/${name}`,
    link_type: 'other',
  }));
  const json = { tag_name: tag, name: title, description: notes, assets: { links } };
  await api.session.retry(async (remaining) => {
    if (await isPublished()) return;
    const call = { what, method: 'POST', url: api.url('releases'), json, returned: [404, 409] } as const;
    const reply = await api.session.ask(call, remaining);
    if (reply.status === 404) throw api.missing(what);
    // There is one: the next look finds it, or GitLab means something else.
    if (reply.status === 409) throw new TransientError('FORGE_REFUSED', api.session.unexpected(what, reply).message);
  });
  await requireTag(api, tag, object);
}

/** TAG_MISSING, TAG_MOVED. */
async function requireTag(api: GitlabApi, tag: string, object: ObjectId): Promise<void> {
  const what = `publish release ${quote(tag)}`;
  const url = api.url(`repository/tags/${encodeURIComponent(tag)}`);
  const reply = await api.session.send({ what, method: 'GET', url, returned: [404] });
  if (reply.status === 404)
    throw new CutwaterError('TAG_MISSING', `Cannot ${what}: ${api.label} has no such tag`, {
      hint: `Push it: 'git push origin ${tag}'`,
    });
  // The tag object where it is annotated, else the commit.
  const found = requiredText(what, readObject(what, reply), 'target');
  if (found === object) return;
  throw new CutwaterError(
    'TAG_MOVED',
    `Cannot ${what}: the tag is object ${quote(found)} on ${api.label}, ${object} was verified`,
  );
}

/** GitLab gives the last file of a name, so all of a name must be the same: two tries may both have been taken. */
async function requireSingleFiles(api: GitlabApi, tag: string): Promise<void> {
  const files = await listPackageFiles(api, tag);
  const twin = files.find(({ name, id, sha256 }) =>
    files.some((other) => other.name === name && other.id < id && (sha256 === undefined || other.sha256 !== sha256)),
  );
  if (twin === undefined) return;
  const digest = await hashBytes(downloadPackageFile(api, tag, twin));
  throw new CutwaterError(
    'ASSET_CONFLICT',
    `Cannot publish release ${quote(tag)}: ${quote(twin.name)} stands there twice, the last one is ${digest}`,
    { hint: 'Remove the wrong one from the package in the package registry, and run the same command again' },
  );
}
