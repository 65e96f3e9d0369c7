import { assertNever } from '../../domain/error.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { AliasState } from '../../engine/facts/gather-estate.ts';
import type { AliasJudgement } from '../../estate/judge-alias.ts';
import type { TableCell } from './table.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** The alias table: where each one is, and what should happen to it. */
export function renderAliases(states: readonly AliasState[], terminal: Terminal): readonly string[] {
  const rows = states.map(({ image, alias, judgement }): readonly TableCell[] => {
    const { at, digest, says, style } = describe(judgement);
    // Of a companion with the last part of its name, which no two images share.
    const name = image === undefined ? alias.name : `${image.slice(image.lastIndexOf('/') + 1)}:${alias.name}`;
    return [{ text: name, style: 'bold' }, at, digest, { text: says, style }];
  });
  return renderTable(
    [{ title: 'alias' }, { title: 'version' }, { title: 'digest' }, { title: 'state', shrinks: true }],
    rows,
    terminal,
  );
}

/** One alias as plain data for `--json`. */
export function aliasJson({ image, alias, current, judgement }: AliasState): Readonly<Record<string, unknown>> {
  const to =
    judgement.is === 'create' || judgement.is === 'move' || judgement.is === 'refused' ? judgement.to : undefined;
  const from = 'from' in judgement ? judgement.from : 'at' in judgement ? judgement.at : undefined;
  return {
    ...(image === undefined ? {} : { image }),
    name: alias.name,
    digest: current,
    state: judgement.is,
    ...(judgement.is === 'right' ? { version: formatVersion(judgement.version) } : {}),
    ...(from === undefined ? {} : { versions: from.versions.map(formatVersion) }),
    ...(to === undefined ? {} : { to: { version: formatVersion(to.version), digest: to.digest } }),
    ...(judgement.is === 'refused' ? { code: judgement.code, reason: judgement.reason } : {}),
    ...(judgement.is === 'stays' ? { because: judgement.because } : {}),
  };
}

interface Described {
  readonly at: string;
  readonly digest: string;
  readonly says: string;
  readonly style: 'green' | 'yellow' | 'red' | 'dim';
}

function describe(judgement: AliasJudgement): Described {
  switch (judgement.is) {
    case 'right':
      return {
        at: formatVersion(judgement.version),
        digest: shortDigest(judgement.digest),
        says: 'as it should be',
        style: 'green',
      };
    case 'create':
      return { at: '-', digest: '-', says: `will point at ${formatVersion(judgement.to.version)}`, style: 'yellow' };
    case 'move':
      return {
        at: names(judgement.from.versions),
        digest: shortDigest(judgement.from.digest),
        says: `will move ${judgement.direction === 'replaced' ? 'on request' : judgement.direction} to ${formatVersion(judgement.to.version)}`,
        style: 'yellow',
      };
    case 'stays':
      return {
        at: names(judgement.at.versions),
        digest: shortDigest(judgement.at.digest),
        says: {
          held: 'withdrawn, held there until a higher version',
          'retired-key': 'withdrawn by a key that counts no more; a maintainer may withdraw it anew',
          'no-candidate': 'withdrawn, and no other version is left',
        }[judgement.because],
        style: 'yellow',
      };
    case 'absent':
      return { at: '-', digest: '-', says: 'no version for it', style: 'dim' };
    case 'refused':
      return {
        at: names(judgement.from.versions),
        digest: shortDigest(judgement.from.digest),
        says: judgement.reason,
        style: 'red',
      };
    default:
      return assertNever(judgement);
  }
}

function names(versions: readonly Version[]): string {
  return versions.length === 0 ? 'unknown' : versions.map(formatVersion).join(', ');
}
