import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { nextLink } from './link-header.ts';
import type { Reply } from './reply-body.ts';
import type { Call, Session } from './session.ts';

const maximumPages = 1000;

/**
 * The first page and all that follow by `Link: <...>; rel="next"`. The links must stay on the host that was asked, lead
 * to no page twice and end at last; BAD_REPLY otherwise, since a list that stops in the middle looks like a whole one.
 */
export async function* followPages(session: Session, call: Call, first: Reply): AsyncGenerator<Reply> {
  const seen = new Set([call.url.href]);
  let page = first;
  for (;;) {
    yield page;
    const link = nextLink(page.headers('link'));
    if (link === undefined) return;
    const refuse = (reason: string): CutwaterError =>
      new CutwaterError('BAD_REPLY', `Cannot ${call.what}: the link to the next page, ${quote(link)}, ${reason}`);
    if (!URL.canParse(link, page.url.href)) throw refuse('is no URL');
    const url = new URL(link, page.url);
    if (url.origin !== call.url.origin) throw refuse('leads to another host');
    if (seen.has(url.href)) throw refuse('leads back');
    if (seen.size >= maximumPages) throw refuse(`is one of more than ${maximumPages}`);
    seen.add(url.href);
    page = await session.send({ ...call, url });
    if (page.status !== 200) throw session.unexpected(call, page);
  }
}
