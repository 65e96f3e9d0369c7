import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { viewOf } from './object-source.ts';
import type { RefLine } from './ref-lines.ts';
import { parseRefLine } from './ref-lines.ts';

/** A ref with its object. */
export type ListedTag = RefLine & {
  /** The bytes of a tag or a commit and the commit it leads to; undefined where the listing does not tell for sure. */
  readonly content: { readonly bytes: Uint8Array; readonly commit: ObjectId | undefined } | undefined;
};

/**
 * The format `parseTagListing` reads: a line on the object and on what git finds behind it, then the bytes of a tag or a
 * commit. Git 2.34 and later; it fails as a whole where one object cannot be parsed.
 */
export const tagListingFormat = [
  '--format=%(objectname) %(objecttype) %(objectsize) %(refname) %(*objectname) %(*objecttype)%0a',
  '%(if:equals=tag)%(objecttype)%(then)%(raw)%(else)',
  '%(if:equals=commit)%(objecttype)%(then)%(raw)%(end)%(end)',
].join('');

/** The refs below a prefix; undefined where the output is not what the format says. */
export function parseTagListing(output: Uint8Array, prefix: string): readonly ListedTag[] | undefined {
  const text = Buffer.from(output.buffer, output.byteOffset, output.length);
  const listed: ListedTag[] = [];
  for (let offset = 0; offset < output.length;) {
    const lineEnd = output.indexOf(0x0a, offset);
    if (lineEnd < 0) return undefined;
    const [object = '', type = '', digits = '', name = '', target = '', targetType = '', ...more] = text
      .toString('utf8', offset, lineEnd)
      .split(' ');
    const ref = parseRefLine(`${object} ${type} ${digits} ${name}`);
    if (ref === undefined || more.length > 0) return undefined;
    const hasBytes = ref.type === 'tag' || ref.type === 'commit';
    const end = lineEnd + 1 + (hasBytes ? ref.size : 0);
    if (output[end] !== 0x0a) return undefined;
    offset = end + 1;
    if (!ref.ref.startsWith(prefix)) continue;
    const content = hasBytes
      ? contentOf(ref, { bytes: viewOf(output, lineEnd + 1, end), target, targetType })
      : undefined;
    listed.push({ ...ref, content });
  }
  return listed;
}

function contentOf(
  { type, object }: RefLine,
  found: { readonly bytes: Uint8Array; readonly target: string; readonly targetType: string },
): ListedTag['content'] {
  const { bytes, target, targetType } = found;
  if (type !== 'tag') return { bytes, commit: object };
  if (targetType === 'commit' && isObjectId(target)) return { bytes, commit: target };
  // Some versions of git look behind one tag only, others behind all of them.
  return targetType === 'tag' || !isObjectId(target) ? undefined : { bytes, commit: undefined };
}
