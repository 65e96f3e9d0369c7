import type { RequestAllowance } from '../../ports/workflow-runs.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import { firstHeader } from '../oci-http/reply-body.ts';
import type { ForgeCall } from './forge-call.ts';
import type { ForgeSession } from './forge-session.ts';

/** Reads the same pages again and again, and is told where nothing has changed: that costs nothing of a rate limit. */
export interface ConditionalReader {
  read(call: ForgeCall): Promise<Reply>;
  allowance(): RequestAllowance;
}

const rememberedPages = 16;

export function createConditionalReader(session: ForgeSession): ConditionalReader {
  const known = new Map<string, { readonly etag: string; readonly reply: Reply }>();
  let sent = 0;
  let left: RequestAllowance['left'];
  return {
    read: async (call) => {
      const before = known.get(call.url.href);
      const condition = before === undefined ? {} : { 'if-none-match': before.etag };
      sent += 1;
      const reply = await session.send({
        ...call,
        headers: { ...call.headers, ...condition },
        returned: [...(call.returned ?? []), ...(before === undefined ? [] : [304])],
      });
      left = readLimit(reply) ?? left;
      if (reply.status === 304 && before !== undefined) return before.reply;
      const etag = firstHeader(reply, 'etag') ?? '';
      known.delete(call.url.href);
      if (reply.status === 200 && entityTag.test(etag)) known.set(call.url.href, { etag, reply });
      for (const [oldest] of known) if (known.size > rememberedPages) known.delete(oldest);
      return reply;
    },
    allowance: () => ({ sent, left }),
  };
}

/** RFC 9110, section 8.8.3. It is sent back as it came. */
const entityTag = /^(?:W\/)?"[\x21\x23-\x7e]{0,300}"$/;

function readLimit(reply: Reply): RequestAllowance['left'] {
  const [requests = '', resetsAt = ''] = (['remaining', 'reset'] as const).map(
    (name) => firstHeader(reply, `x-ratelimit-${name}`) ?? firstHeader(reply, `ratelimit-${name}`),
  );
  if (!/^\d{1,9}$/.test(requests) || !/^\d{9,11}$/.test(resetsAt)) return undefined;
  return { requests: Number(requests), resetsAt: Number(resetsAt) * 1000 };
}
