import type { Digest } from '../../domain/digest.ts';
import { isDigest } from '../../domain/digest.ts';
import type { ImageName, ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { quote } from '../../domain/quote.ts';
import { repositoryPath } from './registry-address.ts';

/** Where one repository is, how it is named in messages, and which token scopes its calls need. */
export interface Place {
  /** A URL below `/v2/<repository>/`. */
  url(path: string): URL;
  /** `"host/name:tag"` or `"host/name@sha256:..."`, quoted. */
  label(reference?: ImageTag | Digest): string;
  readonly readScopes: () => readonly string[];
  readonly writeScopes: () => readonly string[];
  /** Push here comes first: some registries read only the first scope. */
  readonly mountScopes: (from: string) => readonly string[];
}

export function createPlace(name: ImageName, root: URL, access: 'read' | 'write'): Place {
  const repository = repositoryPath(name);
  const pull = `repository:${repository}:pull`;
  const push = `repository:${repository}:pull,push`;
  // One token for reading and writing as soon as there is anything to write.
  let writing = access === 'write';
  return {
    url: (path) => new URL(path, root),
    label: (reference) => quote(`${formatImageName(name)}${suffix(reference)}`),
    readScopes: () => [writing ? push : pull],
    writeScopes: () => {
      writing = true;
      return [push];
    },
    mountScopes: (from) => [push, `repository:${from}:pull`],
  };
}

function suffix(reference: ImageTag | Digest | undefined): string {
  if (reference === undefined) return '';
  return isDigest(reference) ? `@${reference}` : `:${reference}`;
}
