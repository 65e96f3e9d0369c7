import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { nextLink } from '../oci-http/link-header.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import type { ForgeCall } from './forge-call.ts';
import { readList } from './forge-json.ts';
import type { ForgeSession } from './forge-session.ts';

const maximumPages = 1000;

/** All items of a list, as `readPages` reads it. */
export async function readAllPages(
  session: ForgeSession,
  call: ForgeCall,
  itemsOf: (what: string, page: Reply) => readonly JsonObject[] = readList,
): Promise<readonly JsonObject[]> {
  const items: JsonObject[] = [];
  for await (const page of readPages(session, call, itemsOf)) items.push(...page);
  return items;
}

/**
 * The items of a list, page after page by `Link: <...>; rel="next"`; a page is asked for when the one before was read. The
 * links must stay on the host that was asked and lead to no page twice; BAD_REPLY otherwise, since a list that stops in
 * the middle looks like a whole one.
 */
export async function* readPages(
  session: ForgeSession,
  call: ForgeCall,
  itemsOf: (what: string, page: Reply) => readonly JsonObject[] = readList,
): AsyncGenerator<readonly JsonObject[]> {
  const seen = new Set<string>();
  let { url } = call;
  for (;;) {
    seen.add(url.href);
    const page = await session.send({ ...call, url });
    yield itemsOf(call.what, page);
    const link = nextLink(page.headers('link'));
    if (link === undefined) return;
    const refuse = (reason: string): CutwaterError =>
      new CutwaterError('BAD_REPLY', `Cannot ${call.what}: the link to the next page, ${quote(link)}, ${reason}`);
    if (!URL.canParse(link, page.url.href)) throw refuse('is no URL');
    const next = new URL(link, page.url);
    if (next.origin !== call.url.origin) throw refuse('leads to another host');
    if (seen.has(next.href)) throw refuse('leads back');
    if (seen.size >= maximumPages) throw refuse(`is one of more than ${maximumPages}`);
    url = next;
  }
}
