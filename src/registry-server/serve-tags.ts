import { quote } from '../domain/quote.ts';
import type { Exchange, RegistryContext, RegistryReply } from './exchange.ts';
import { jsonReply } from './exchange.ts';
import { RegistryFault } from './registry-fault.ts';
import type { RouteOf } from './route.ts';

/** GET of the tags in byte order, a page of `n` after `last` (distribution-spec, "Listing Tags"). */
export async function serveTags(
  context: RegistryContext,
  exchange: Exchange,
  route: RouteOf<'tags'>,
): Promise<RegistryReply> {
  const { repository } = route;
  const limit = readPageSize(exchange.query.get('n'));
  const last = exchange.query.get('last') ?? '';
  const index = await context.store.readIndex(repository);
  if (index === undefined)
    throw new RegistryFault({ status: 404, code: 'NAME_UNKNOWN' }, `There is no repository ${quote(repository)}`);
  const all = index.sortedTags();
  const from = placeAfter(all, last);
  const tags = all.slice(from, limit === undefined ? undefined : from + limit);
  const next = tags.at(-1);
  const more = next !== undefined && from + tags.length < all.length;
  const headers: Record<string, string> = more
    ? { Link: `</v2/${repository}/tags/list?n=${tags.length}&last=${encodeURIComponent(next)}>; rel="next"` }
    : {};
  return jsonReply({ name: repository, tags }, headers);
}

/** Where the first tag after `last` stands. */
function placeAfter(tags: readonly string[], last: string): number {
  let [low, high] = [0, tags.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tags[middle] ?? '') > last) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The parameter `n`; undefined where there is none. A fault 400 where it is no number. */
export function readPageSize(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RegistryFault({ status: 400, code: 'SIZE_INVALID' }, `The page size ${quote(text)} is no number`);
}
