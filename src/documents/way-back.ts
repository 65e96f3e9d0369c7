import type { Version } from '../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from '../domain/version.ts';
import { parseUpgrading, upgradingOf, versionsOf } from './upgrading.ts';

/** `binary`: start the old version again. `restore`: restore the backup from before the upgrade first. */
export type WayBackClass = 'binary' | 'restore' | 'unknown';

/** One place where upgrading notes are. */
export interface NotesSource {
  /** `main:docs/upgrading.md`. */
  readonly name: string;
  /** Undefined where there is no such file. */
  readonly text: string | undefined;
}

/** What has to be undone to leave one version, and who says so. */
export interface WayBackStep {
  readonly version: Version;
  readonly is: WayBackClass;
  /** Such as `1.2.0: its notes say "restore" (main:docs/upgrading.md, line 12)`. */
  readonly because: string;
}

/** The way from a version back to a lower one. */
export interface WayBack {
  readonly from: Version;
  readonly to: Version;
  readonly is: WayBackClass;
  /** The step that decides: the highest one of the class. */
  readonly decisive: WayBackStep;
}

/**
 * The versions whose changes are undone on the way from a version back to a lower one, highest first: `from` itself and every
 * stable version between the two that was published or has notes. None where `to` is not below `from`.
 */
export function steppedOver(
  way: { readonly from: Version; readonly to: Version },
  known: { readonly published: readonly Version[]; readonly notes: readonly NotesSource[] },
): readonly Version[] {
  const { from, to } = way;
  if (compareVersions(to, from) >= 0) return [];
  const noted = known.notes.flatMap(({ text }) => (text === undefined ? [] : versionsOf(parseUpgrading(text))));
  const between = [...known.published, ...noted].filter(
    (version) =>
      releaseClassOf(version) === 'stable' && compareVersions(version, to) > 0 && compareVersions(version, from) < 0,
  );
  const all = new Map([...between, from].map((version) => [formatVersion(version), version]));
  return [...all.values()].toSorted((left, right) => compareVersions(right, left));
}

/**
 * What leaving one version takes, by the first of the sources that says it: `binary` or `restore` only where the notes say
 * so in a word. A release candidate is spoken of under the version it becomes.
 */
export function judgeStep(version: Version, sources: readonly NotesSource[]): WayBackStep {
  const found = sources.map((source) => readSource(version, source));
  const said = found.find(({ is }) => is !== 'unknown');
  // Of several silent ones the one that says most: notes that lack the word, before no notes at all.
  const silent = found.find(({ hasNotes }) => hasNotes) ?? found[0];
  const name = formatVersion(version);
  const { is, because } = said ?? silent ?? { is: 'unknown', because: 'the project has no upgrading notes' };
  return { version, is, because: `${name}: ${because}` };
}

/** Needs a restore if any step does, is unknown if any step is, and is `binary` only where every step says so. */
export function judgeWayBack(
  way: { readonly from: Version; readonly to: Version },
  steps: readonly WayBackStep[],
): WayBack | undefined {
  for (const is of ['restore', 'unknown', 'binary'] as const) {
    const decisive = steps.find((step) => step.is === is);
    if (decisive !== undefined) return { from: way.from, to: way.to, is, decisive };
  }
  return undefined;
}

/** Of several ways, as of several aliases, the one that asks most care. */
export function hardestWay(ways: readonly WayBack[]): WayBack | undefined {
  const rank = { restore: 0, unknown: 1, binary: 2 } as const;
  return ways.toSorted((left, right) => rank[left.is] - rank[right.is] || compareVersions(left.to, right.to))[0];
}

/** One sentence without a final period, for people at a terminal: what to do, and which line of which notes says it. */
export function describeWayBack({ from, to, is, decisive }: WayBack): string {
  const way = `going back from ${formatVersion(from)} to ${formatVersion(to)}`;
  return {
    binary: `${way} is binary, the old version can be started again (${decisive.because})`,
    restore: `${way} needs a restore of the backup from before the upgrade (${decisive.because})`,
    unknown: `whether ${way} needs a restore is unknown (${decisive.because})`,
  }[is];
}

interface Reading extends Pick<WayBackStep, 'is' | 'because'> {
  readonly hasNotes: boolean;
}

function readSource(version: Version, { name, text }: NotesSource): Reading {
  if (text === undefined) return { is: 'unknown', because: `there is no ${name}`, hasNotes: false };
  const entry = upgradingOf(parseUpgrading(text), coreVersion(version));
  if (entry.is === 'refused') {
    const reason = entry.reason.startsWith('has no notes') ? 'says nothing about it' : entry.reason;
    return { is: 'unknown', because: `${name} ${reason}`, hasNotes: false };
  }
  const { fields, lines, line } = entry.value;
  if (fields.wayBack !== undefined) {
    const because = `its notes say "${fields.wayBack}" (${name}, line ${lines.wayBack ?? line})`;
    return { is: fields.wayBack, because, hasNotes: true };
  }
  const because =
    lines.migration === undefined
      ? `its notes do not say the way back (${name}, line ${line})`
      : `its notes list a migration and do not say the way back (${name}, line ${lines.migration})`;
  return { is: 'unknown', because, hasNotes: true };
}
