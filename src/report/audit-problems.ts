import type { AuditTag } from '../domain/audit-tag.ts';
import type { Parsed } from '../domain/brand.ts';
import { quote } from '../domain/quote.ts';
import type { TagName } from '../domain/tag-name.ts';
import { parseTagName } from '../domain/tag-name.ts';
import { parseVersion } from '../domain/version.ts';

/** Why a tag could not trigger a release. One tag may have two problems: its name, and how it was made. */
export interface AuditProblem {
  /** As it is, not escaped. */
  readonly tag: string;
  readonly problem: AuditProblemKind;
  /** Completes "it …". */
  readonly reason: string;
}

/**
 * `not-semver`: the name is no version. `prerelease`: strict SemVer, but no release candidate. `other-stream`: a version
 * below a folder, such as `api/v1.2.3`. `no-commit`: it leads to a tree or a file.
 */
export type AuditProblemKind = 'not-semver' | 'prerelease' | 'other-stream' | 'lightweight' | 'unsigned' | 'no-commit';

/** What is wrong with one tag: nothing, or one or more problems. */
export function problemsOfTag(tag: AuditTag, name: Parsed<TagName>): readonly AuditProblem[] {
  return [...nameProblems(tag, name), ...objectProblems(tag)];
}

/** The folder of a tag of another stream, with its final "/"; undefined for every other name. */
export function streamOf(name: string): string | undefined {
  const slash = name.lastIndexOf('/');
  if (slash < 0) return undefined;
  const version = parseTagName(name.slice(slash + 1));
  const isVersion = version.is === 'ok' || parseVersion(name.slice(slash + 2)).is === 'ok';
  return isVersion ? name.slice(0, slash + 1) : undefined;
}

function nameProblems(tag: AuditTag, name: Parsed<TagName>): readonly AuditProblem[] {
  if (name.is === 'ok') return [];
  const stream = streamOf(tag.name);
  if (stream !== undefined)
    return [{ tag: tag.name, problem: 'other-stream', reason: `belongs to another stream, ${quote(stream)}` }];
  const isSemver = tag.name.startsWith('v') && parseVersion(tag.name.slice(1)).is === 'ok';
  return [{ tag: tag.name, problem: isSemver ? 'prerelease' : 'not-semver', reason: name.reason }];
}

function objectProblems({ name, objectType, commit, signature }: AuditTag): readonly AuditProblem[] {
  const problems: AuditProblem[] = [];
  if (commit === undefined) problems.push({ tag: name, problem: 'no-commit', reason: 'leads to no commit' });
  if (objectType !== 'tag')
    problems.push({ tag: name, problem: 'lightweight', reason: 'is lightweight: nothing says who made it, or when' });
  else if (signature === 'none')
    problems.push({ tag: name, problem: 'unsigned', reason: 'is annotated, but not signed' });
  return problems;
}
