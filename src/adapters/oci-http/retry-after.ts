/**
 * How long a server asks to wait, in milliseconds: `Retry-After` as seconds or as HTTP date (RFC 9110, 10.2.3), or the
 * Go duration that one large registry puts into its message (`retry-after: 12.5ms`). A past date is 0.
 */
export function retryAfter(header: string | undefined, bodyText: string, now: number): number | undefined {
  return fromHeader(header?.trim() ?? '', now) ?? fromMessage(bodyText);
}

function fromHeader(header: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  // Date.parse also takes bare numbers and much else; an HTTP date begins with the name of a day.
  if (!/^[A-Z][a-z]{2,8},? /.test(header)) return undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const units: ReadonlyMap<string, number> = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['us', 0.001],
  ['µs', 0.001],
  ['ns', 0.000_001],
]);

function fromMessage(text: string): number | undefined {
  const found = /retry-after:\s*((?:\d{1,9}(?:\.\d{1,9})?(?:ms|us|µs|ns|h|m|s))+)/i.exec(text);
  if (found?.[1] === undefined) return undefined;
  const parts = found[1].matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/gi);
  let sum = 0;
  for (const [, amount, unit] of parts) sum += Number(amount) * (units.get((unit ?? '').toLowerCase()) ?? 0);
  return Math.ceil(sum);
}
