import { CutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { TagWorld } from '../world.ts';

/** Clocks of two machines differ by that much without anyone being wrong, in seconds. */
const clockTolerance = 300;
/** Nobody tags a release so long after all that is known of the repository, in seconds. */
const longestSilence = 366 * 24 * 3600;

/** History and notes show the tagger's time, so it has to fit what is known: the commit, and the tags of the remote. */
export async function requireRightClock(
  world: TagWorld,
  { tag, tags }: { readonly tag: GitTag; readonly tags: ProjectTags },
): Promise<void> {
  if (tag.commit === undefined) return;
  const committed = await world.git.commitTime(tag.commit);
  const newest = tags.decided.reduce((time, known) => Math.max(time, known.tag.claimedAt), committed);
  const isEarly = tag.claimedAt < committed - clockTolerance;
  if (!isEarly && tag.claimedAt <= newest + longestSilence) return;
  const [what, time] = isEarly
    ? ['the commit was made at', committed]
    : ['the newest commit or tag known here is of', newest];
  throw new CutwaterError(
    'CLOCK_WRONG',
    `Cannot tag ${tag.name}: the clock here says ${timeText(tag.claimedAt)}, ${what} ${timeText(time)}; no tag was made`,
  );
}

function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
