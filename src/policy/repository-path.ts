import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/** Reads a path of the repository: relative, with "/", never leaving it, never inside `.git`. */
export function parseRepositoryPath(text: string): Parsed<string> {
  const reason = pathFault(text);
  return reason === undefined ? accept(text) : refuse(reason);
}

/** The same, or `.` for the whole repository. */
export function parseFolderPath(text: string): Parsed<string> {
  return text === '.' ? accept(text) : parseRepositoryPath(text.replace(/\/$/, ''));
}

/** Reads a path pattern: `*` stands for any part of one name, `**` as a whole name for any number of folders. */
export function parsePathPattern(text: string): Parsed<string> {
  const reason = pathFault(text);
  if (reason !== undefined) return refuse(reason);
  const odd = /[?[\]{}!]/.exec(text);
  if (odd !== null) return refuse(`has "${odd[0]}", but only "*" and "**" are special`);
  const parts = text.split('/');
  if (parts.some((part) => part.includes('**') && part !== '**')) return refuse('has "**" beside other characters');
  if (parts.some((part) => part !== '**' && part.split('*').length > 4))
    return refuse('has more than three "*" in a name');
  if (parts.filter((part) => part === '**').length > 3) return refuse('has more than three "**"');
  if (parts.every((part) => /^\*+$/.test(part))) return refuse('matches nearly every file');
  return accept(text);
}

function pathFault(text: string): string | undefined {
  if (text.length > 1024) return 'is longer than 1024 characters';
  if (/[\p{Cc}\p{Cf}]/u.test(text)) return 'has invisible characters';
  if (text.includes('\\')) return 'has a backslash; "/" parts folders on every system';
  if (text.startsWith('/') || /^[A-Za-z]:/.test(text)) return 'is absolute';
  if (text.startsWith('~')) return 'begins with "~", which only a shell understands';
  const parts = text.split('/');
  if (parts.includes('..')) return 'leaves the repository with ".."';
  if (parts.includes('.')) return 'has a "." part; write it without';
  if (parts.includes('')) return 'has an empty part';
  if (parts[0]?.toLowerCase() === '.git') return 'is inside .git';
  return undefined;
}
