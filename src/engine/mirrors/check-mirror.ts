import { imageTag } from '../../domain/image-name.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { ReleasedImage } from '../../domain/release-statement.ts';
import { readVersion } from '../../domain/version.ts';
import { aliasesOf } from '../../estate/alias.ts';
import { statementTag, versionTag } from '../../estate/registry-tags.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';

export interface MirrorQuestion {
  readonly name: string;
  readonly version: string;
  /** Of the release: the one that is mirrored there. */
  readonly image: ReleasedImage;
  readonly channels: Policy['channels'];
}

/**
 * Whether a mirror holds a release as the registry does. What it holds under a fixed name and is something else fails;
 * what it lacks, or an alias that is behind, is a warning: reconcile brings it.
 */
export async function checkMirror(
  main: ImageRepository,
  mirror: ImageRepository,
  { name, version: text, image, channels }: MirrorQuestion,
): Promise<Check> {
  const version = readVersion(text);
  const statement = statementTag(version);
  const fixed: readonly (readonly [ImageTag, string | undefined])[] = [
    [versionTag(version), image.index],
    [statement, (await main.resolve(statement))?.digest],
  ];
  for (const [tag, wanted] of fixed) {
    const found = (await mirror.resolve(tag))?.digest;
    if (wanted === undefined) continue;
    if (found === undefined) return behind(name, `it does not have ${tag} yet`);
    if (found !== wanted) return failed(name, `${tag} is ${found} there, ${wanted} was released`);
  }
  for (const { platform, digest } of image.platforms)
    if ((await mirror.readManifest(digest)) === undefined)
      return failed(name, `the ${platform} image ${digest} is gone from there`);
  for (const alias of aliasesOf([version], channels)) {
    const tag = imageTag(alias.name);
    const [here, there] = await Promise.all([main.resolve(tag), mirror.resolve(tag)]);
    if (here !== undefined && here.digest !== there?.digest)
      return behind(name, `${tag} is ${there?.digest ?? 'missing'} there, ${here.digest} here`);
  }
  return passed(name, `it holds ${text} with the same digests`);
}

function behind(name: string, says: string): Check {
  return { name, is: 'warning', says: `${says}; run 'cutwater reconcile'` };
}
