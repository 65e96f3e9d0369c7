import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/** Reads the name of a branch (`man git-check-ref-format`), without `refs/heads/`. */
export function parseBranchName(text: string): Parsed<string> {
  return text.includes('*') ? refuse('has "*"') : parseBranchPattern(text);
}

/** Reads a branch name in which `*` stands for any part of one name between slashes: `hotfix/*`. */
export function parseBranchPattern(text: string): Parsed<string> {
  const reason = branchFault(text);
  if (reason !== undefined) return refuse(reason);
  if (text.includes('**')) return refuse('has "**", but only "*" is special');
  if (text.split('/').some((part) => part.split('*').length > 4)) return refuse('has more than three "*" in a name');
  if (!/[^*/]/.test(text)) return refuse('matches nearly every branch');
  return accept(text);
}

function branchFault(text: string): string | undefined {
  if (text.length > 244) return 'is longer than 244 characters';
  if (text.startsWith('refs/')) return 'begins with "refs/"; write the short name';
  if (text.startsWith('-')) return 'begins with "-"';
  if (/[\p{Cc}\p{Cf}\s~^:?[\\]/u.test(text) || text.includes('..') || text.includes('@{'))
    return 'has characters that git does not allow in a branch';
  if (
    text.split('/').some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock') || part.endsWith('.'))
  )
    return 'is not a name git allows for a branch';
  return undefined;
}
