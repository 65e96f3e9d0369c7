import type { Version } from '../domain/version.ts';
import { formatVersion, parseVersion } from '../domain/version.ts';

/** Where a forge shows the difference between two refs, and a tag. */
export interface RepositoryLinks {
  /** `from` and `to` are refs: `v1.2.3`, `HEAD`. */
  readonly compare: (from: string, to: string) => string;
  readonly tag: (tag: string) => string;
  /** A file as it is at a tag. */
  readonly file: (tag: string, path: string) => string;
}

/** What an address of a repository says. `from` and `to` are refs as they stand in it. */
export type RepositoryLink =
  | { readonly kind: 'compare'; readonly repository: string; readonly from: string; readonly to: string }
  | { readonly kind: 'tag'; readonly repository: string; readonly tag: string };

/**
 * The address shapes of a repository's forge. GitLab has `/-/`; it is known by its host's name or by the addresses the
 * file has already. GitHub, Forgejo and Gitea share the other shape, but for files.
 */
export function repositoryLinks(source: string, known: readonly string[] = []): RepositoryLinks {
  const repository = normalSource(source);
  const isGitlab =
    /^https?:\/\/[^/]*gitlab/i.test(repository) || known.some((url) => url.startsWith(`${repository}/-/`));
  if (isGitlab)
    return {
      compare: (from, to) => `${repository}/-/compare/${from}...${to}`,
      tag: (tag) => `${repository}/-/tags/${tag}`,
      file: (tag, path) => `${repository}/-/blob/${tag}/${encodePath(path)}`,
    };
  const isForgejo = /^https?:\/\/[^/]*(?:codeberg|forgejo|gitea)/i.test(repository);
  return {
    compare: (from, to) => `${repository}/compare/${from}...${to}`,
    tag: (tag) => `${repository}/releases/tag/${tag}`,
    file: (tag, path) => `${repository}/${isForgejo ? 'src/tag' : 'blob'}/${tag}/${encodePath(path)}`,
  };
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Reads a compare or tag address of any of these forges; undefined for every other address. */
export function readRepositoryLink(url: string): RepositoryLink | undefined {
  if (url.length > 2000 || !/^https?:\/\//.test(url)) return undefined;
  const path = url.split(/[?#]/)[0] ?? '';
  const compareAt = path.lastIndexOf('/compare/');
  if (compareAt > 0) {
    const [from = '', to = '', ...more] = path.slice(compareAt + '/compare/'.length).split(/\.{2,3}/);
    const repository = normalSource(path.slice(0, compareAt));
    // "v1.0.0...HEAD" has one separator; anything else is no pair of refs.
    return from === '' || to === '' || more.length > 0 ? undefined : { kind: 'compare', repository, from, to };
  }
  const tag = /^(.+?)(?:\/-)?\/(?:releases\/tag|releases|tags|src\/tag|tree)\/([^/]+)$/.exec(path);
  if (tag === null || versionOfRef(tag[2] ?? '') === undefined) return undefined;
  return { kind: 'tag', repository: normalSource(tag[1] ?? ''), tag: tag[2] ?? '' };
}

/** The version a ref such as `v1.2.3` or `1.2.3` names. */
export function versionOfRef(ref: string): Version | undefined {
  const parsed = parseVersion(ref.replace(/^v/, ''));
  return parsed.is === 'ok' ? parsed.value : undefined;
}

export function isTagOf(ref: string, version: Version): boolean {
  return ref.replace(/^v/, '') === formatVersion(version);
}

/** Without what may stand at the end of one and the same repository's address. */
export function normalSource(source: string): string {
  return source.replace(/\/{1,9}$/, '').replace(/(?:\.git|\/-)$/, '');
}
