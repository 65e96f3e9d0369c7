import { parseImageName } from '../../domain/image-name.ts';
import { sourceFault } from '../../policy/source-fault.ts';

/** Where a project lives, as its remote says. */
export interface SourceAddress {
  /** `https://host/owner/name`. */
  readonly url: string;
  readonly host: string;
  /** `owner`, on GitLab with groups: `group/sub`. */
  readonly owner: string;
  readonly name: string;
  /** Where the forge's own registry keeps the image; undefined where the name is none that images can have. */
  readonly image: string | undefined;
}

/** Reads `git@host:OWNER/NAME.git`, `ssh://git@host:22/OWNER/NAME` and `https://host/OWNER/NAME`. */
export function readSourceAddress(remote: string | undefined): SourceAddress | undefined {
  const match =
    /^ssh:\/\/(?:[^@/\s]+@)?([a-z0-9.-]+)(?::\d+)?\/(.+)$/i.exec(remote ?? '') ??
    /^[^@/\s]+@([a-z0-9.-]+):\/?(.+)$/i.exec(remote ?? '') ??
    /^https?:\/\/(?:[^@/\s]+@)?([a-z0-9.-]+)\/(.+)$/i.exec(remote ?? '');
  const [, host = '', path = ''] = match ?? [];
  const parts = path
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
    .split('/');
  const [name = '', owner] = [parts.at(-1), parts.slice(0, -1).join('/')];
  const registry = registries.get(host.toLowerCase()) ?? host;
  const url = `https://${host}/${owner}/${name}`;
  if (parts.length < 2 || sourceFault(url) !== undefined) return undefined;
  const image = `${registry}/${owner}/${name}`.toLowerCase();
  const published = parseImageName(image).is === 'ok' ? image : undefined;
  return { url, host: host.toLowerCase(), owner, name, image: published };
}

const registries: ReadonlyMap<string, string> = new Map([
  ['github.com', 'ghcr.io'],
  ['gitlab.com', 'registry.gitlab.com'],
]);
