import type { Digest } from './digest.ts';
import type { ImageName } from './image-name.ts';
import { formatImageName } from './image-name.ts';
import type { Platform } from './platform.ts';

/**
 * The package URL of an image by digest (purl-spec, types/oci): of the index, or with `platform` of one platform's
 * manifest. `pkg:oci/app@sha256:...?arch=amd64&repository_url=host%2Fteam%2Fapp`.
 */
export function imagePurl(image: {
  readonly name: ImageName;
  readonly digest: Digest;
  readonly platform?: Platform;
}): string {
  const name = image.name.repository.split('/').at(-1) ?? '';
  const qualifiers = [
    ...(image.platform === undefined ? [] : [`arch=${encodeURIComponent(image.platform.architecture)}`]),
    `repository_url=${encodeURIComponent(formatImageName(image.name))}`,
  ];
  return `pkg:oci/${name}@${image.digest}?${qualifiers.join('&')}`;
}
