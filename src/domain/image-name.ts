import type { Brand, Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import type { Digest } from './digest.ts';
import { parseDigest } from './digest.ts';

/** `host[:port]/name`, both by the OCI grammar. `embedded/name` means the project's own registry on disk. */
export interface ImageName {
  /** `ghcr.io`, `127.0.0.1:5000`, or `embedded`. */
  readonly registry: string;
  /** `kubedoio/rustshare-backend`. */
  readonly repository: string;
}

/** An image tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}` (OCI distribution-spec, "Pulling manifests"). */
export type ImageTag = Brand<string, 'ImageTag'>;

export interface ImageReference {
  readonly name: ImageName;
  readonly target:
    { readonly kind: 'tag'; readonly tag: ImageTag } | { readonly kind: 'digest'; readonly digest: Digest };
}

const tagGrammar = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const repositoryGrammar = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const hostGrammar =
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;

export function isImageTag(text: string): text is ImageTag {
  return tagGrammar.test(text);
}

/** Wraps a tag the program itself composed; a wrong one is a mistake in the program. */
export function imageTag(text: string): ImageTag {
  if (!isImageTag(text)) throw new Error(`Not an image tag: ${JSON.stringify(text)}`);
  return text;
}

export function isRepositoryName(text: string): boolean {
  return text.length <= 255 && repositoryGrammar.test(text);
}

/** Reads `host/name`; a name without a registry host is refused, since guessing one has sent images to strangers. */
export function parseImageName(text: string): Parsed<ImageName> {
  const slash = text.indexOf('/');
  if (slash <= 0) return refuse('has no registry host before the first "/"');
  const registry = text.slice(0, slash);
  const repository = text.slice(slash + 1);
  if (!hostGrammar.test(registry)) return refuse(`has no valid registry host before the first "/"`);
  if (registry !== 'embedded' && registry !== 'localhost' && !/[.:\]]/.test(registry))
    return refuse(`does not begin with a registry host such as "ghcr.io" or "embedded"`);
  if (!isRepositoryName(repository))
    return refuse('has a repository that the OCI grammar does not allow (lower case only)');
  return accept({ registry, repository });
}

/** Reads `host/name:tag` or `host/name@sha256:...`. */
export function parseImageReference(text: string): Parsed<ImageReference> {
  const at = text.indexOf('@');
  if (at >= 0) {
    const name = parseImageName(stripTag(text.slice(0, at)).name);
    if (name.is === 'refused') return name;
    const digest = parseDigest(text.slice(at + 1));
    return digest.is === 'ok' ? accept({ name: name.value, target: { kind: 'digest', digest: digest.value } }) : digest;
  }
  const { name: bare, tag } = stripTag(text);
  const name = parseImageName(bare);
  if (name.is === 'refused') return name;
  if (tag === undefined) return refuse('has neither a tag nor a digest');
  if (!isImageTag(tag)) return refuse('has a tag that the OCI grammar does not allow');
  return accept({ name: name.value, target: { kind: 'tag', tag } });
}

export function formatImageName(name: ImageName): string {
  return `${name.registry}/${name.repository}`;
}

/** The last part of the repository: `frontend`. What companions are called in asset names and in gate commands. */
export function shortNameOf({ repository }: ImageName): string {
  return repository.slice(repository.lastIndexOf('/') + 1);
}

function stripTag(text: string): { readonly name: string; readonly tag: string | undefined } {
  const colon = text.lastIndexOf(':');
  if (colon <= text.lastIndexOf('/')) return { name: text, tag: undefined };
  return { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}
