import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';

/**
 * How a tree builds its images, the first one first. Where images go is the protected branch's word: the first image is the
 * same, and companions are among those that the branch names. A tree of before a companion joined does not have it.
 * `act` completes "Cannot ...".
 */
export function sameImages(
  rules: Policy,
  build: Policy,
  act: string,
): { readonly image: ImagePolicy; readonly companions: readonly ImagePolicy[] } {
  const image = sameImage(rules, build, act);
  const known = rules.images.slice(1).map(({ name }) => formatImageName(name));
  const own = build.images.slice(1);
  const strange = own.find(({ name }) => !known.includes(formatImageName(name)));
  if (strange !== undefined)
    throw new CutwaterError(
      'CONFIG_INVALID',
      `Cannot ${act}: its policy publishes ${formatImageName(strange.name)} besides, the protected branch does not`,
      { hint: 'Where images go is decided on the protected branch; mend one of the two' },
    );
  return { image, companions: known.flatMap((name) => own.find((one) => formatImageName(one.name) === name) ?? []) };
}

/** The same of the first image alone. */
export function sameImage(rules: Policy, build: Policy, act: string): ImagePolicy {
  const [own] = build.images;
  const [image] = rules.images;
  if (own === undefined || image === undefined)
    throw new CutwaterError('CONFIG_INVALID', `Cannot ${act}: the policy names no image`);
  if (formatImageName(own.name) !== formatImageName(image.name))
    throw new CutwaterError(
      'CONFIG_INVALID',
      `Cannot ${act}: its policy publishes ${formatImageName(own.name)}, the protected branch ${formatImageName(image.name)}`,
      { hint: 'Where images go is decided on the protected branch; mend one of the two' },
    );
  return own;
}
