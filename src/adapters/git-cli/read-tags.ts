import type { GitTag } from '../../domain/git-tag.ts';
import type { GitCommands } from './git-commands.ts';
import { gitFailure } from './git-commands.ts';
import type { StoredObject } from './object-batch.ts';
import { claimedTime, readObjects } from './object-batch.ts';
import type { RefLine } from './ref-lines.ts';
import { parseRefLines, refLineFormat } from './ref-lines.ts';

/** The refs below a prefix (`refs/tags/`), sorted by name. */
export async function readRefs(commands: GitCommands, prefix: string): Promise<readonly RefLine[]> {
  const result = await commands.read(['for-each-ref', refLineFormat, '--', prefix]);
  if (result.exitCode !== 0) throw gitFailure('list refs', result);
  return parseRefLines(Buffer.from(result.stdout).toString('utf8')).filter(({ ref }) => ref.startsWith(prefix));
}

/** Every tag below a prefix with its raw object, in two processes. Objects above 1 MiB come with no bytes. */
export type TagReader = (prefix: string) => Promise<readonly GitTag[]>;

/**
 * Clone and remote mostly have the same tags, and an object never changes: what the reading before brought is not asked
 * for again. What was missing then may be there now.
 */
export function tagReader(commands: GitCommands): TagReader {
  let known: ReadonlyMap<string, StoredObject> = new Map();
  return async (prefix) => {
    const refs = await readRefs(commands, prefix);
    const names = new Set(refs.flatMap(objectsToRead));
    const before = known;
    const asked = [...names].filter((name) => !before.has(name));
    const replies = await readObjects(commands, asked);
    const objects = new Map<string, StoredObject>();
    for (const name of names) {
      const object = before.get(name);
      if (object !== undefined) objects.set(name, object);
    }
    for (const [index, name] of asked.entries()) {
      const object = replies[index];
      if (object !== undefined) objects.set(name, object);
    }
    known = objects;
    return refs.map((ref) => toTag(ref, ref.ref.slice(prefix.length), objects));
  };
}

const sizeLimit = 1024 * 1024;

function objectsToRead({ object, type, size }: RefLine): readonly string[] {
  if (type === 'tag') return size > sizeLimit ? [] : [object, peeled(object)];
  return type === 'commit' && size <= sizeLimit ? [object] : [];
}

/** Git peels by what the objects are; what a tag says about its target may be a lie. */
function peeled(object: string): string {
  return `${object}^{commit}`;
}

function toTag(ref: RefLine, name: string, objects: ReadonlyMap<string, StoredObject>): GitTag {
  const { object, type: objectType } = ref;
  const bytes = objects.get(object)?.bytes ?? new Uint8Array();
  if (objectType === 'tag') {
    const commit = objects.get(peeled(object))?.id;
    return { name, object, objectType, commit, claimedAt: claimedTime(bytes, 'tagger'), raw: bytes };
  }
  const commit = objectType === 'commit' ? object : undefined;
  return { name, object, objectType, commit, claimedAt: claimedTime(bytes, 'committer'), raw: undefined };
}
