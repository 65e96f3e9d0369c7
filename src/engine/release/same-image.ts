import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';

/** How a tree builds its image. Where images go is the protected branch's word. `act` completes "Cannot ...". */
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
