import { posix } from 'node:path';

/** What of the packages is in the image: what runs, what it needs, and the licences. All else is left in the packages. */
const wanted: readonly RegExp[] = [
  /^bin\/(?:da)?sh$/,
  /^lib(?:64)?\/(?:[^/]+\/)?[^/]+\.so(?:\.[^/]*)?$/,
  /^usr\/bin\/(?:git|gpg)$/,
  /^usr\/bin\/git-(?:receive-pack|upload-archive|upload-pack)$/,
  /^usr\/lib\/(?:[^/]+\/)?[^/]+\.so(?:\.[^/]*)?$/,
  /^usr\/lib\/git-core\/git(?:-remote-https?|-sh-setup|-sh-i18n(?:--envsubst)?|-submodule)?$/,
  /^usr\/lib\/os-release$/,
  /^usr\/share\/(?:ca-certificates|common-licenses|git-core\/templates)\//,
  /^usr\/share\/doc\/[^/]+(?:\/copyright)?$/,
  /^etc\/(?:debian_version|host\.conf|os-release)$/,
];

/** Whether a file or link of a package is in the image, by its path without a first slash. */
export function isWanted(path: string): boolean {
  return wanted.some((pattern) => pattern.test(path));
}

/** The target of a link so that it leads to the same file wherever the root of the image lies. */
export function linkInside(path: string, target: string): string {
  return target.startsWith('/') ? posix.relative(posix.dirname(`/${path}`), target) : target;
}
