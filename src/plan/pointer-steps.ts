import { formatVersion } from '../domain/version.ts';
import type { Version } from '../domain/version.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import { assertNever } from '../domain/error.ts';
import type { Alias } from '../estate/alias.ts';
import type { AliasJudgement } from '../estate/judge-alias.ts';
import type { Step } from './step.ts';

/** The step an alias needs, if it needs one; of a companion it names the image. */
export function aliasStep(
  { name }: Alias,
  judgement: AliasJudgement,
  image?: string,
): Extract<Step, { kind: 'alias' }> | undefined {
  const alias = { kind: 'alias', ...(image === undefined ? {} : { image }), alias: name } as const;
  switch (judgement.is) {
    case 'create':
      return {
        ...alias,
        version: formatVersion(judgement.to.version),
        digest: judgement.to.digest,
        from: undefined,
        because: 'highest of its line',
      };
    case 'move':
      return {
        ...alias,
        version: formatVersion(judgement.to.version),
        digest: judgement.to.digest,
        from: judgement.from.digest,
        because: reasonOf(judgement),
      };
    case 'right':
    case 'stays':
    case 'absent':
    case 'refused':
      return undefined;
    default:
      return assertNever(judgement);
  }
}

function reasonOf({ direction, from }: Extract<AliasJudgement, { is: 'move' }>): string {
  const versions = list(from.versions);
  return { up: `above ${versions}`, down: `${versions} is withdrawn`, replaced: 'replaced on request' }[direction];
}

/** The git tag the forge should show as latest: of the version `latest` points at once its step is done. */
export function latestRelease(
  states: readonly { readonly alias: Alias; readonly judgement: AliasJudgement }[],
): string | undefined {
  const latest = states.find(({ alias }) => alias.kind === 'latest')?.judgement;
  if (latest === undefined) return undefined;
  switch (latest.is) {
    case 'right':
      return releaseTagOf(latest.version);
    case 'create':
    case 'move':
      return releaseTagOf(latest.to.version);
    case 'stays':
    case 'absent':
    case 'refused':
      return undefined;
    default:
      return assertNever(latest);
  }
}

function list(versions: readonly Version[]): string {
  return versions.map(formatVersion).join(', ');
}
