import type { AuditTag } from '../domain/audit-tag.ts';
import type { TagName } from '../domain/tag-name.ts';
import { parseTagName } from '../domain/tag-name.ts';
import { formatVersion, releaseClassOf } from '../domain/version.ts';
import { contestedImageTags } from '../estate/image-tag-claims.ts';
import { isIgnoredTag } from '../policy/tag-pattern.ts';
import type { AuditAlias } from './audit-aliases.ts';
import { auditAliases, withdrawnByName } from './audit-aliases.ts';
import type { AuditProblem } from './audit-problems.ts';
import { problemsOfTag } from './audit-problems.ts';
import type { AuditVerdict } from './audit-verdict.ts';
import { judgeHistory } from './audit-verdict.ts';
import type { NaiveReplay, StableTag } from './naive-replay.ts';
import { replayNaively } from './naive-replay.ts';

/** What the whole tag history of a repository says. Nothing is checked but names, kinds and times; versions are texts. */
export interface AuditReport {
  readonly schema: 'cutwater.audit/1';
  readonly verdict: AuditVerdict;
  readonly tags: {
    /** Every tag there is, ignored ones too; so for `annotated` and `signed`. */
    readonly total: number;
    readonly ignored: number;
    /** Stable tags, `vX.Y.Z`, not ignored: what the replay is about. */
    readonly strict: number;
    /** `vX.Y.Z-rc.N`, not ignored. */
    readonly candidates: number;
    readonly annotated: number;
    readonly signed: number;
  };
  /** The highest stable version, withdrawn or not; null where there is none. */
  readonly highest: string | null;
  /** What `latest` would have done under "any stable tag moves it". */
  readonly naive: NaiveReplay;
  /** Where the aliases should point now. */
  readonly aliases: readonly AuditAlias[];
  /** Versions with an open `withdrawn/vX.Y.Z/N` tag: no alias points at them. */
  readonly withdrawn: readonly string[];
  readonly problems: readonly AuditProblem[];
  /** Image tags that more than one git tag would publish. */
  readonly contested: readonly { readonly imageTag: string; readonly tags: readonly string[] }[];
}

/** Replays a tag history. `ignore` are the patterns of tags that belong to other streams; decisions are never ignored. */
export function auditTags(tags: readonly AuditTag[], options: { readonly ignore: readonly RegExp[] }): AuditReport {
  const named = tags.map((tag) => ({ tag, name: parseTagName(tag.name) }));
  const own = named.filter(({ tag, name }) => isDecision(name) || !isIgnoredTag(tag.name, options.ignore));
  const names = own.flatMap(({ name }) => (name.is === 'ok' ? [name.value] : []));
  const stable = own.flatMap(({ tag, name }): readonly StableTag[] =>
    name.is === 'ok' && isStable(name.value) ? [{ tag, version: name.value.version }] : [],
  );
  const { replay, highest } = replayNaively(stable);
  const withdrawn = withdrawnByName(names);
  const problems = own.flatMap(({ tag, name }) => problemsOfTag(tag, name));
  return {
    schema: 'cutwater.audit/1',
    verdict: judgeHistory({ total: own.length, strict: stable.length, backwardMoves: replay.backwardMoves, problems }),
    tags: {
      total: tags.length,
      ignored: tags.length - own.length,
      strict: stable.length,
      candidates: names.filter((name) => name.kind === 'release' && !isStable(name)).length,
      annotated: tags.filter(({ objectType }) => objectType === 'tag').length,
      signed: tags.filter(({ signature }) => signature !== 'none').length,
    },
    highest,
    naive: replay,
    aliases: auditAliases(stable, withdrawn),
    withdrawn: withdrawn.map(formatVersion),
    problems,
    contested: [...contestedImageTags(own.map(({ tag }) => tag.name))].map(([imageTag, claimants]) => ({
      imageTag,
      tags: claimants,
    })),
  };
}

type Reading = ReturnType<typeof parseTagName>;

function isDecision(name: Reading): boolean {
  return name.is === 'ok' && name.value.kind !== 'release';
}

function isStable(name: TagName): name is Extract<TagName, { kind: 'release' }> {
  return name.kind === 'release' && releaseClassOf(name.version) === 'stable';
}
