import type { ContentDigest } from './content-digest.ts';

export interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/**
 * Whether a write may go on, given what the name points at now (RFC 9110, section 13). Entity tags are digests; an
 * unquoted one is understood too, because ignoring a condition would be worse.
 */
export function mayWrite(conditions: Conditions, current: ContentDigest | undefined): boolean {
  if (conditions.ifMatch !== undefined && !matches(conditions.ifMatch, current, 'strong')) return false;
  return conditions.ifNoneMatch === undefined || !matches(conditions.ifNoneMatch, current, 'weak');
}

/** Whether a reader has these bytes already: the answer is 304. */
export function isUnchanged(ifNoneMatch: string | undefined, current: ContentDigest): boolean {
  return ifNoneMatch !== undefined && matches(ifNoneMatch, current, 'weak');
}

export function entityTag(digest: ContentDigest): string {
  return `"${digest}"`;
}

function matches(header: string, current: ContentDigest | undefined, comparison: 'strong' | 'weak'): boolean {
  if (current === undefined) return false;
  if (header.trim() === '*') return true;
  for (const [, weak, quoted, bare] of header.matchAll(/(W\/)?"([^"]*)"|([^\s,"]+)/g))
    if ((quoted ?? bare) === current && (weak === undefined || comparison === 'weak')) return true;
  return false;
}
