import { formatImageName } from '../../domain/image-name.ts';
import { coreVersion, formatVersion } from '../../domain/version.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { AdmittedRelease } from './admit-release.ts';
import type { BuildOrder } from './build-image.ts';

/** What a build has to know of a release. */
interface OrderedRelease {
  readonly loaded: LoadedPolicy;
  /** The policy of the tag's own tree. */
  readonly build: Policy;
  /** The first image. */
  readonly image: ImagePolicy;
  readonly admitted: Pick<AdmittedRelease, 'commit' | 'tag' | 'version'>;
}

/** How an image of a release is built. Without the rc: a release candidate's bytes are the stable release's bytes. */
export function orderOf({ admitted, build, image: first, loaded }: OrderedRelease, image: ImagePolicy): BuildOrder {
  const { commit, tag } = admitted;
  const source = { kind: 'tag', name: tag.name, object: tag.object } as const;
  const order = { loaded, build, image, commit, version: formatVersion(coreVersion(admitted.version)), source };
  if (formatImageName(image.name) === formatImageName(first.name)) return order;
  return { ...order, companion: image.name };
}
