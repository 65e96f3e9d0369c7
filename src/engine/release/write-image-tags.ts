import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ReleasePredicate, ReleasedImage } from '../../domain/release-statement.ts';
import { readVersion } from '../../domain/version.ts';
import { shaTag, versionTag } from '../../estate/registry-tags.ts';
import type { Step } from '../../plan/step.ts';
import { companionName, placeOfImage } from '../facts/image-places.ts';
import { runStep } from '../run-step.ts';
import type { ImageTagEffect } from '../steps/image-tag.ts';
import { imageTagHandler } from '../steps/image-tag.ts';
import type { ImagePlace, ReleaseWorld } from '../world.ts';
import type { ReleaseJob } from './make-candidate.ts';

/**
 * Gives every image of the release its names for ever, `X.Y.Z` and `sha-`. The companions come first: where one of them cannot
 * have its name, nothing was said of the version in the repository that decides.
 */
export async function writeImageTags(world: ReleaseWorld, job: ReleaseJob, release: ReleasePredicate): Promise<void> {
  for (const image of [...(release.companions ?? []), release.image]) {
    const place = placeOfImage(world, image.name);
    if (place === undefined)
      throw new CutwaterError(
        'CONFIG_INVALID',
        `Cannot publish ${release.tag.name}: its signed statement has ${image.name}, the protected branch does not`,
        { hint: 'Name the image again in cutwater.yaml of the protected branch, at least until this release is out' },
      );
    await writeTags(world, job, { release, image, place });
  }
}

interface TaggedImage {
  readonly release: ReleasePredicate;
  readonly image: ReleasedImage;
  readonly place: ImagePlace;
}

async function writeTags(world: ReleaseWorld, job: ReleaseJob, { release, image, place }: TaggedImage): Promise<void> {
  const write = (effect: ImageTagEffect): Promise<Digest> => {
    const { tag, digest, once } = effect;
    const step: Step = { kind: 'image-tag', ...companionName(world, place), imageTag: tag, digest, once };
    return runStep(step, imageTagHandler(place.repository, effect), world);
  };
  const digest = image.index;
  await write({ tag: versionTag(readVersion(release.version)), digest, once: 'immutable' });
  // `sha-` speaks of the build of a commit: a promotion builds nothing, and of several builds the first published stays.
  if (release.promotes !== undefined) return;
  const tag = shaTag(release.build.commit, job.loaded.policy.channels.sha);
  const held = await write({ tag, digest, once: 'first-wins' });
  if (held === digest) return;
  const named = place.repository === world.repository ? tag : `${image.name}:${tag}`;
  const text = `${named} stays ${held}: an earlier build of this commit was published first`;
  world.report({ type: 'note', level: 'info', text });
}
