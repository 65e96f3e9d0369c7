import { isCutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { ToolResult } from '../process/run-tool.ts';
import type { GitCommands } from './git-commands.ts';
import { gitFailure } from './git-commands.ts';
import { claimedTime, readObjects } from './object-batch.ts';
import type { StoredObject } from './object-source.ts';
import type { RefLine } from './ref-lines.ts';
import { parseRefLines, refLineFormat } from './ref-lines.ts';
import type { ListedTag } from './tag-listing.ts';
import { parseTagListing, tagListingFormat } from './tag-listing.ts';

/** The refs below a prefix (`refs/tags/`), sorted by name. */
export async function readRefs(commands: GitCommands, prefix: string): Promise<readonly RefLine[]> {
  const result = await commands.read(['for-each-ref', refLineFormat, '--', prefix]);
  if (result.exitCode !== 0) throw gitFailure('list refs', result);
  return parseRefLines(Buffer.from(result.stdout).toString('utf8')).filter(({ ref }) => ref.startsWith(prefix));
}

/** Every tag below a prefix with its raw object, however many, in one process or two. Objects above 1 MiB come with no bytes. */
export type TagReader = (prefix: string) => Promise<readonly GitTag[]>;

/** What an object is as the target of a tag; it never changes. */
type TagContent = Pick<GitTag, 'commit' | 'claimedAt' | 'raw'>;

/**
 * Clone and remote mostly have the same tags: what the reading before brought is not asked for again. What was missing
 * then may be there now.
 */
export function tagReader(commands: GitCommands): TagReader {
  let known: ReadonlyMap<ObjectId, TagContent> = new Map();
  return async (prefix) => {
    const listed = known.size === 0 ? await listWhole(commands, prefix) : undefined;
    const refs = listed ?? (await readRefs(commands, prefix));
    const contents = new Map<ObjectId, TagContent>();
    for (const tag of listed ?? [])
      if (tag.content !== undefined) contents.set(tag.object, toContent(tag, tag.content));
    const unread: RefLine[] = [];
    for (const ref of refs) {
      if (contents.has(ref.object)) continue;
      const before = known.get(ref.object);
      if (before !== undefined) contents.set(ref.object, before);
      else unread.push(ref);
    }
    for (const [object, content] of await readContents(commands, unread)) contents.set(object, content);
    known = new Map([...contents].filter(([, { commit }]) => commit !== undefined));
    return refs.map(({ ref, object, type }) => {
      const { commit, claimedAt, raw } = contents.get(object) ?? nothing;
      return { name: ref.slice(prefix.length), object, objectType: type, commit, claimedAt, raw };
    });
  };
}

const nothing: TagContent = { commit: undefined, claimedAt: 0, raw: undefined };
const sizeLimit = 1024 * 1024;
const listingLimit = 64 * 1024 * 1024;

/**
 * Names and objects in one go. Undefined where git cannot: an old git, or one tag that is broken, lies about its target or is
 * huge, which must not hide the others. Then they are read one by one.
 */
async function listWhole(commands: GitCommands, prefix: string): Promise<readonly ListedTag[] | undefined> {
  let result: ToolResult;
  try {
    const args = ['for-each-ref', tagListingFormat, '--', prefix];
    result = await commands.read(args, { maxOutputBytes: listingLimit });
  } catch (error) {
    if (isCutwaterError(error, 'TOOL_FAILED')) return undefined;
    throw error;
  }
  return result.exitCode === 0 ? parseTagListing(result.stdout, prefix) : undefined;
}

function toContent({ size, type }: RefLine, { bytes, commit }: NonNullable<ListedTag['content']>): TagContent {
  if (type === 'tag')
    return { commit, claimedAt: claimedTime(bytes, 'tagger'), raw: size > sizeLimit ? new Uint8Array() : bytes };
  return { commit, claimedAt: claimedTime(bytes, 'committer'), raw: undefined };
}

async function readContents(
  commands: GitCommands,
  refs: readonly RefLine[],
): Promise<ReadonlyMap<ObjectId, TagContent>> {
  const names = [...new Set(refs.flatMap(objectsToRead))];
  const replies = await readObjects(commands, names);
  const objects = new Map(names.map((name, index) => [name, replies[index]]));
  return new Map(refs.map((ref) => [ref.object, contentOf(ref, objects)]));
}

function objectsToRead({ object, type, size }: RefLine): readonly string[] {
  if (type === 'tag') return size > sizeLimit ? [] : [object, peeled(object)];
  return type === 'commit' && size <= sizeLimit ? [object] : [];
}

/** Git peels by what the objects are; what a tag says about its target may be a lie. */
function peeled(object: string): string {
  return `${object}^{commit}`;
}

function contentOf({ object, type }: RefLine, objects: ReadonlyMap<string, StoredObject | undefined>): TagContent {
  const bytes = objects.get(object)?.bytes ?? new Uint8Array();
  if (type === 'tag')
    return { commit: objects.get(peeled(object))?.id, claimedAt: claimedTime(bytes, 'tagger'), raw: bytes };
  const commit = type === 'commit' ? object : undefined;
  return { commit, claimedAt: claimedTime(bytes, 'committer'), raw: undefined };
}
