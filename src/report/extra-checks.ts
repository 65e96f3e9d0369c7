import { escapeText, quote } from '../domain/quote.ts';
import type { Check } from './verification.ts';
import { passed } from './verification.ts';

/** Something attached to an image of a release, that its statement does not name. */
export type ExtraDocument = {
  /** The image: `index`, or a platform. */
  readonly on: string;
  /** Its tag or digest. */
  readonly at: string;
  /** Text of anybody. */
  readonly type: string;
} & ({ readonly is: 'trusted'; readonly signer: string } | { readonly is: 'untrusted'; readonly reason: string });

/**
 * Two lines at most: what CI signed besides the release, and what proves nothing. `left` is how many were not opened. Neither
 * is part of the release, and neither makes it wrong.
 */
export function extraChecks(found: readonly ExtraDocument[], left: number): readonly Check[] {
  const trusted = found.filter((one) => one.is === 'trusted');
  const foreign = found.filter((one) => one.is === 'untrusted');
  const checks: Check[] = [];
  if (trusted.length > 0) {
    const kinds = Map.groupBy(trusted, ({ type, signer, on }) => `${quote(type)} on ${on} by ${escapeText(signer)}`);
    const lines = [...kinds].map(([line, { length }]) => (length === 1 ? line : `${length} times ${line}`));
    checks.push(passed('other documents', `no part of the release, signed as CI: ${shorten(lines)}`));
  }
  if (foreign.length > 0 || left > 0) {
    const lines = foreign.map(({ type, on, at, reason }) => `${quote(type)} on ${on} as ${at}: ${escapeText(reason)}`);
    const more = left === 0 ? [] : [`${left} were not opened`];
    checks.push({ name: 'foreign documents', is: 'warning', says: `they prove nothing: ${shorten(lines, more)}` });
  }
  return checks;
}

const shown = 5;

function shorten(lines: readonly string[], more: readonly string[] = []): string {
  const rest = lines.length > shown ? [`${lines.length - shown} more`] : [];
  return [...lines.slice(0, shown), ...rest, ...more].join('; ');
}
