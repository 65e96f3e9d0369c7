import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { AnnouncedAsset } from '../../ports/forge.ts';
import { requireAssetName, requireSameBytes } from '../forge-http/announced-asset.ts';
import { downloadFile } from '../forge-http/download-file.ts';
import { readObject, requiredNumber, requiredText } from '../forge-http/forge-json.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { textMember } from '../oci-http/json-object.ts';
import { checkedBytes } from '../oci-http/checked-bytes.ts';
import type { GitlabApi } from './gitlab-api.ts';

/** The files of a release wait, and stay, in a generic package of this name; its version is the tag. */
export const packageName = 'release-files';

export interface PackageFile {
  readonly id: number;
  readonly package: number;
  readonly name: string;
  readonly size: number;
  /** Hexadecimal, where GitLab says it. */
  readonly sha256: string | undefined;
}

/** In the order they came; a name may stand there more than once. */
export async function listPackageFiles(api: GitlabApi, tag: string): Promise<readonly PackageFile[]> {
  const what = `list the files of ${quote(tag)} on ${api.label}`;
  const query = { package_type: 'generic', package_name: packageName, package_version: tag, per_page: '100' };
  const url = api.url('packages', query);
  const packages = await readAllPages(api.session, { what, method: 'GET', url });
  const files: PackageFile[] = [];
  // The search takes similar names too.
  for (const one of packages.filter(({ name, version }) => name === packageName && version === tag)) {
    const id = requiredNumber(what, one, 'id');
    const list = api.url(`packages/${id}/package_files`, { per_page: '100' });
    for (const file of await readAllPages(api.session, { what, method: 'GET', url: list }))
      files.push({
        id: requiredNumber(what, file, 'id'),
        package: id,
        name: requiredText(what, file, 'file_name'),
        size: requiredNumber(what, file, 'size'),
        sha256: textMember(file, 'file_sha256'),
      });
  }
  return files.toSorted((left, right) => left.id - right.id);
}

/** Where a file is, for people as well. */
export function fileAddress(api: GitlabApi, tag: string, name: string): URL {
  return api.url(`packages/generic/${packageName}/${encodeURIComponent(tag)}/${encodeURIComponent(name)}`);
}

/** The bytes of a file; of several of one name the last one, as GitLab does it. */
export function downloadPackageFile(
  api: GitlabApi,
  tag: string,
  { name, size }: Pick<PackageFile, 'name' | 'size'>,
): AsyncIterable<Uint8Array> {
  const what = `download ${quote(name)} from ${api.label}`;
  return downloadFile(api.session, { call: { what, url: fileAddress(api, tag, name) }, size });
}

export interface FileUpload {
  readonly tag: string;
  readonly file: AnnouncedAsset;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** False where the release is public: then nothing is added. */
  readonly mayAdd: () => Promise<boolean>;
}

/**
 * Adds a file to the package. GitLab lets a name stand twice and gives the last one: whoever comes second takes back the
 * file that this very call sent, as long as there is no release. Throws ASSET_CONFLICT for other bytes.
 */
export function uploadPackageFile(api: GitlabApi, upload: FileUpload): Promise<void> {
  const { tag, file } = upload;
  const subject = `${quote(file.name)} to release ${quote(tag)}`;
  requireAssetName(file.name);
  // Each try looks first: the one before may have been taken although its answer was lost.
  return api.session.retry(async (remaining) => {
    const mayAdd = await upload.mayAdd();
    const there = (await listPackageFiles(api, tag)).find(({ name }) => name === file.name);
    if (there !== undefined) return requireSameBytes(file, downloadPackageFile(api, tag, there), subject);
    if (!mayAdd)
      throw new CutwaterError('ASSET_CONFLICT', `Cannot add ${subject}: the release is published without it`, {
        hint: 'Find out who published it; a published release never changes, so release the next version',
      });
    const sent = await send(api, upload, { subject, remaining });
    const [first] = (await listPackageFiles(api, tag)).filter(({ name }) => name === file.name);
    if (first === undefined || first.id >= sent.id) return;
    const what = `take back the second ${subject}`;
    const url = api.url(`packages/${sent.package}/package_files/${sent.id}`);
    if (await upload.mayAdd()) await api.session.send({ what, method: 'DELETE', url, returned: [404] });
    await requireSameBytes(file, downloadPackageFile(api, tag, first), subject);
  });
}

async function send(
  api: GitlabApi,
  { tag, file, open }: FileUpload,
  { subject, remaining }: { readonly subject: string; readonly remaining: number },
): Promise<Pick<PackageFile, 'id' | 'package'>> {
  const what = `add ${subject}`;
  const url = fileAddress(api, tag, file.name);
  url.searchParams.set('select', 'package_file');
  const call = {
    what,
    method: 'PUT',
    url,
    headers: { 'content-type': 'application/octet-stream' },
    body: { kind: 'stream', size: file.size, open: () => checkedBytes(open(), { ...file, what }) },
    transferBytes: file.size,
    returned: [404, 413],
  } as const;
  const reply = await api.session.ask(call, remaining);
  if (reply.status === 404) throw api.missing(what);
  if (reply.status === 413)
    throw new CutwaterError('FORGE_REFUSED', `Cannot ${what}: ${api.label} takes no file of ${file.size} bytes`, {
      hint: 'Ask for a higher limit there, for generic packages',
    });
  const json = readObject(what, reply);
  return {
    id: requiredNumber(what, json, 'id'),
    package: requiredNumber(what, json, 'package_id'),
  };
}
