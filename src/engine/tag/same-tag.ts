import { CutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { Trailer } from '../../domain/release-message.ts';
import { parseReleaseMessage } from '../../domain/release-message.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { judgeReleaseTag } from '../facts/read-record.ts';
import type { ReadWorld } from '../world.ts';

/** What a tag that is there already has to say to count as the one that is wanted. */
export interface SameTag {
  readonly commit: ObjectId;
  /** Undefined: any text will do. */
  readonly text: string | undefined;
  /** Lines that it must have; it may have others. */
  readonly trailers: readonly Trailer[];
  /** Whether an unsigned tag is wanted. */
  readonly isUnsigned: boolean;
}

/** Throws TAG_EXISTS where the tag decides something else, TAG_REJECTED where it does not count. */
export async function requireSameTag(
  world: ReadWorld,
  loaded: LoadedPolicy,
  found: { readonly tag: GitTag; readonly isPublic: boolean; readonly wanted: SameTag },
): Promise<void> {
  const { tag, isPublic, wanted } = found;
  const there = isPublic ? 'the tag is there already' : 'the tag is there in this clone, and not on the remote,';
  if (tag.commit !== wanted.commit)
    throw exists(tag, `${there} at commit ${tag.commit ?? 'none'}, ${wanted.commit} is wanted`);
  const verdict = await judgeReleaseTag(world, loaded, tag);
  if (verdict.is === 'rejected') throw rejected(tag, { isPublic, reason: `${there} and ${verdict.reason}` });
  if (verdict.is === 'unsigned' && !isPublic && !wanted.isUnsigned)
    throw rejected(tag, { isPublic, reason: `${there} and it is not signed` });
  const missing = unsaid(verdict.tag.message, wanted);
  if (missing.length > 0) throw exists(tag, `${there} and does not say ${missing.map((one) => quote(one)).join(', ')}`);
}

function unsaid(message: string, wanted: SameTag): readonly string[] {
  const said = parseReleaseMessage(message);
  const text = wanted.text?.trim() ?? said.text;
  const missing = wanted.trailers.filter(
    ({ name, value }) => !said.trailers.some((trailer) => trailer.name === name && trailer.value === value),
  );
  return [...(text === said.text ? [] : [text]), ...missing.map(({ name, value }) => `${name}: ${value}`)];
}

function exists({ name }: GitTag, found: string): CutwaterError {
  return new CutwaterError('TAG_EXISTS', `Cannot tag ${name}: ${found}`, {
    hint: 'Ask for what it says, or take the next version; a tag is never moved',
  });
}

function rejected(
  { name }: GitTag,
  { isPublic, reason }: { readonly isPublic: boolean; readonly reason: string },
): CutwaterError {
  return new CutwaterError('TAG_REJECTED', `Cannot tag ${name}: ${reason}`, {
    hint: isPublic
      ? 'Take the next version; a tag is never moved'
      : `Nobody else has it: delete it with 'git tag -d ${name}', then run the same command again`,
  });
}
