import type { ImageName } from '../domain/image-name.ts';
import { formatImageName } from '../domain/image-name.ts';
import type { BinaryPolicy, Policy } from './policy.ts';

/** The binaries that come out of one of the policy's images. */
export function binariesOf(
  {
    binaries,
    images,
  }: { readonly binaries: Policy['binaries']; readonly images: readonly { readonly name: ImageName }[] },
  image: ImageName,
): readonly BinaryPolicy[] {
  const first = images[0]?.name;
  const isOf = (own: ImageName | undefined): boolean =>
    own !== undefined && formatImageName(own) === formatImageName(image);
  return binaries.filter((binary) => isOf(binary.image ?? first));
}
