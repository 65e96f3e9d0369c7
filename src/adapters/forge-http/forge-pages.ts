import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { nextLink } from '../oci-http/link-header.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import type { ForgeCall } from './forge-call.ts';
import { readList } from './forge-json.ts';
import type { ForgeSession } from './forge-session.ts';

/** What one listing may be, all its pages together. */
export interface ListLimits {
  readonly pages: number;
  readonly items: number;
  readonly bytes: number;
}

export interface ListReading {
  /** Where the items of a page are. Default: the page is the list of them. */
  readonly itemsOf?: ((what: string, page: Reply) => readonly JsonObject[]) | undefined;
  readonly limits?: ListLimits;
}

/** Ten thousand releases with files and long notes stay far below. */
const streamed: ListLimits = { pages: 1000, items: 100_000, bytes: 8 * 1024 ** 3 };
const kept: ListLimits = { ...streamed, bytes: 512 * 1024 ** 2 };

/** All items of a list, as `readPages` reads it; all of them are in memory, so they may be fewer bytes. */
export async function readAllPages(
  session: ForgeSession,
  call: ForgeCall,
  { itemsOf, limits = kept }: ListReading = {},
): Promise<readonly JsonObject[]> {
  const items: JsonObject[] = [];
  for await (const page of readPages(session, call, { itemsOf, limits })) items.push(...page);
  return items;
}

/**
 * The items of a list, page after page by `Link: <...>; rel="next"`; a page is asked for when the one before was read. The
 * links must stay on the host that was asked and lead to no page twice, and all pages together must keep to the limits;
 * BAD_REPLY otherwise, since a list that stops in the middle looks like a whole one.
 */
export async function* readPages(
  session: ForgeSession,
  call: ForgeCall,
  { itemsOf = readList, limits = streamed }: ListReading = {},
): AsyncGenerator<readonly JsonObject[]> {
  const seen = new Set<string>();
  const count = countUpTo(limits, call.what);
  let { url } = call;
  for (;;) {
    seen.add(url.href);
    const page = await session.send({ ...call, url });
    const items = itemsOf(call.what, page);
    count(items, page);
    yield items;
    const link = nextLink(page.headers('link'));
    if (link === undefined) return;
    const refuse = (reason: string): CutwaterError =>
      new CutwaterError('BAD_REPLY', `Cannot ${call.what}: the link to the next page, ${quote(link)}, ${reason}`);
    if (!URL.canParse(link, page.url.href)) throw refuse('is no URL');
    const next = new URL(link, page.url);
    if (next.origin !== call.url.origin) throw refuse('leads to another host');
    if (seen.has(next.href)) throw refuse('leads back');
    if (seen.size >= limits.pages) throw refuse(`is one of more than ${limits.pages}`);
    url = next;
  }
}

/** A server may invent pages for ever, each with a link to a new one. */
function countUpTo(limits: ListLimits, what: string): (items: readonly JsonObject[], page: Reply) => void {
  const sum = { items: 0, bytes: 0 };
  return (items, page) => {
    sum.items += items.length;
    sum.bytes += page.bytes.byteLength;
    const passed =
      sum.items > limits.items
        ? `more than ${limits.items} items`
        : sum.bytes > limits.bytes
          ? `more than ${limits.bytes} bytes`
          : undefined;
    if (passed !== undefined)
      throw new CutwaterError(
        'BAD_REPLY',
        `Cannot ${what}: ${quote(page.url.host)} lists ${passed}, and no end was seen`,
        {
          hint: 'Check forge.address in cutwater.yaml, and what answers there',
        },
      );
  };
}
