import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { isImageTag } from '../../domain/image-name.ts';
import { quote } from '../../domain/quote.ts';
import { parseJsonObject } from './json-object.ts';
import { isAbsent } from './manifest-reader.ts';
import { followPages } from './pages.ts';
import type { Place } from './place.ts';
import type { Reply } from './reply-body.ts';
import { isHtml } from './reply-error.ts';
import type { Call, Session } from './session.ts';

export interface TagLister {
  listTags(): Promise<readonly ImageTag[]>;
}

/** The most that one large registry allows; others give what they like, all at once or in pages. */
const pageSize = 1000;
const largestPage = 32 * 1024 * 1024;

/** Lists all tags through all pages (OCI distribution-spec, "Listing Tags"). The order means nothing. */
export function createTagLister(session: Session, place: Place): TagLister {
  return {
    listTags: async () => {
      const call: Call = {
        what: `list the tags of ${place.label()}`,
        method: 'GET',
        url: place.url(`tags/list?n=${pageSize}`),
        headers: { accept: 'application/json' },
        scopes: place.readScopes(),
        limit: largestPage,
      };
      const tags = new Set<ImageTag>();
      const first = await session.send(call);
      if (isAbsent(first)) return [];
      for await (const page of followPages(session, call, first))
        for (const tag of readTags(call.what, page, () => session.unexpected(call, page))) tags.add(tag);
      return [...tags];
    },
  };
}

function readTags(what: string, reply: Reply, refusal: () => CutwaterError): readonly ImageTag[] {
  if (reply.status !== 200) throw refusal();
  const list = parseJsonObject(reply.bytes);
  const tags: unknown = list?.['tags'] ?? [];
  if (list === undefined || !Array.isArray(tags))
    throw new CutwaterError(
      'BAD_REPLY',
      `Cannot ${what}: found ${isHtml(reply) ? 'an HTML page' : 'something else'}, wanted a list of tags`,
    );
  return tags.map((tag: unknown) => {
    if (typeof tag === 'string' && isImageTag(tag)) return tag;
    // Leaving it out would make the list look complete when it is not.
    throw new CutwaterError('BAD_REPLY', `Cannot ${what}: it has ${quote(String(tag))}, which is no tag`);
  });
}
