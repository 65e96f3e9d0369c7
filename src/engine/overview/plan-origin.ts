import type { Digest } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { readVersion } from '../../domain/version.ts';
import type { ImageOrigin } from '../../estate/choose-origin.ts';
import { compareCommits } from '../facts/equivalent-commits.ts';
import type { OriginQuestion } from '../release/find-origin.ts';
import { findOrigin, judgePinned } from '../release/find-origin.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ReadWorld } from '../world.ts';

/** What would stop a release, as data. */
export interface PlanProblem {
  readonly code: string;
  readonly message: string;
  readonly details: readonly string[];
  readonly hint: string;
}

export interface PlannedOrigin {
  /** Undefined where the release would be refused before there is an image. */
  readonly origin: ImageOrigin | undefined;
  readonly problems: readonly PlanProblem[];
}

/** Where the image of a release comes from, or came from, and what stands against it. Writes nothing. */
export async function planOrigin(
  world: ReadWorld,
  question: OriginQuestion,
  pinned: Digest | undefined,
): Promise<PlannedOrigin> {
  const record = await readRecord(world, question.loaded, question.version);
  if (record.is === 'valid') return { origin: await originOf(world, question, record.release), problems: [] };
  let origin: ImageOrigin | undefined;
  const problems = await problemsOf(async () => {
    origin =
      pinned === undefined ? await findOrigin(world, question) : (await judgePinned(world, question, pinned)).origin;
  });
  return { origin, problems };
}

async function originOf(world: ReadWorld, { loaded }: OriginQuestion, release: ReleasePredicate): Promise<ImageOrigin> {
  const { promotes, rebuild, build, source, image } = release;
  if (rebuild !== undefined)
    return { is: 'rebuild', reason: rebuild.reason, insteadOf: readVersion(rebuild.insteadOf) };
  if (promotes === undefined) return { is: 'build' };
  const { commit: buildCommit } = build;
  const comparison = await compareCommits(world.git, loaded.policy, { from: buildCommit, to: source.commit });
  const paths = comparison.is === 'unknown' ? [] : comparison.paths;
  const { version, tag: tagObject } = promotes;
  return {
    is: 'promotion',
    promotion: { version: readVersion(version), digest: image.index, tagObject, buildCommit, paths },
    passedOver: [],
  };
}

/** The error of an act as data; other errors than the program's own are thrown. */
export async function problemsOf(act: () => Promise<unknown>): Promise<readonly PlanProblem[]> {
  try {
    await act();
    return [];
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    const { code, message, details, hint } = error;
    return [{ code, message, details, hint }];
  }
}
