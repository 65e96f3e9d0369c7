/** The data of a test server for GitHub, in the shapes GitHub gives; members nobody here reads are filled all the same. */
export interface StoredAsset {
  readonly id: number;
  readonly name: string;
  state: 'uploaded' | 'starter';
  bytes: Buffer;
}

export interface StoredRelease {
  readonly id: number;
  tag: string;
  title: string;
  notes: string;
  isDraft: boolean;
  isPrerelease: boolean;
  isImmutable: boolean;
  assets: StoredAsset[];
}

/** How a release and its files are addressed: `https://host/api/v3/repos/OWNER/NAME`. */
export interface GithubAddresses {
  readonly api: string;
  readonly uploads: string;
}

const when = '2026-03-01T12:00:00Z';

function person(api: string): object {
  const url = `${api}/users/ada`;
  const text = Object.fromEntries(
    ['avatar_url', 'events_url', 'followers_url', 'following_url', 'gists_url', 'html_url', 'organizations_url'].map(
      (name) => [name, url],
    ),
  );
  const more = { received_events_url: url, repos_url: url, starred_url: url, subscriptions_url: url, url };
  return { login: 'ada', id: 1, node_id: 'n', gravatar_id: null, type: 'User', site_admin: false, ...text, ...more };
}

export function releaseJson(release: StoredRelease, { api, uploads }: GithubAddresses): object {
  const url = `${api}/releases/${release.id}`;
  return {
    url,
    html_url: url,
    assets_url: `${url}/assets`,
    upload_url: `${uploads}/releases/${release.id}/assets{?name,label}`,
    tarball_url: null,
    zipball_url: null,
    id: release.id,
    node_id: `R${release.id}`,
    tag_name: release.tag,
    target_commitish: 'main',
    name: release.title,
    body: release.notes,
    draft: release.isDraft,
    prerelease: release.isPrerelease,
    immutable: release.isImmutable,
    created_at: when,
    published_at: release.isDraft ? null : when,
    updated_at: when,
    author: person(api),
    assets: release.assets.map((asset) => assetJson(asset, api)),
  };
}

export function assetJson({ id, name, state, bytes }: StoredAsset, api: string): object {
  const url = `${api}/releases/assets/${id}`;
  return {
    url,
    browser_download_url: url,
    id,
    node_id: `A${id}`,
    name,
    label: '',
    state,
    content_type: 'application/octet-stream',
    size: state === 'uploaded' ? bytes.length : 0,
    digest: null,
    download_count: 0,
    created_at: when,
    updated_at: when,
    uploader: person(api),
  };
}

export function tagRefJson(tag: string, object: string, api: string): object {
  const url = `${api}/git/tags/${object}`;
  return { ref: `refs/tags/${tag}`, node_id: 'T', url, object: { type: 'tag', sha: object, url } };
}
