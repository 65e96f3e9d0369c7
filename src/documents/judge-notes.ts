import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';
import type { UpgradingEntry } from './upgrading.ts';
import { parseUpgrading, upgradingOf } from './upgrading.ts';
import type { UpgradingField } from './upgrading-fields.ts';

/** Whether the upgrading notes of a version are complete. */
export type NotesJudgement =
  | { readonly is: 'complete'; readonly entry: UpgradingEntry }
  /** `entry` where there is one that can be read. */
  | { readonly is: 'refused'; readonly entry: UpgradingEntry | undefined; readonly problems: readonly NotesProblem[] };

export interface NotesProblem {
  /** One sentence without a final period. */
  readonly message: string;
  /** How to write what is missing. */
  readonly hint: string;
}

/** Judges the notes of a version: there, readable, and each field said, even if it is "none". Undefined: no such file. */
export function judgeNotes(
  text: string | undefined,
  { path, version }: { readonly path: string; readonly version: Version },
): NotesJudgement {
  const name = formatVersion(version);
  if (text === undefined) return refused(`${quote(path)} does not exist, and notes for ${name} are wanted`, name);
  const found = upgradingOf(parseUpgrading(text), version);
  if (found.is === 'refused') return refused(`${quote(path)} ${found.reason}`, name);
  const { undeclared, line } = found.value;
  if (undeclared.length === 0) return { is: 'complete', entry: found.value };
  const problems = undeclared.map((field): NotesProblem => ({
    message: `${quote(path)} says nothing about ${fieldNames[field]} for ${name} (line ${line})`,
    hint: waysToWrite[field],
  }));
  return { is: 'refused', entry: found.value, problems };
}

/** How people call the fields. */
export const fieldNames: Readonly<Record<UpgradingField, string>> = {
  breaking: 'breaking changes',
  environment: 'environment variables',
  migrations: 'migrations',
  wayBack: 'the way back',
};

const waysToWrite: Readonly<Record<UpgradingField, string>> = {
  breaking: 'Write "**Breaking:** what breaks and what to do", or "**Breaking:** none"',
  environment:
    'Write "**Environment added:** `NAME`: what it does" (or removed, or renamed), or "**Environment:** none"',
  migrations: 'Write "**Migration:** what is migrated and how long it takes", or "**Migration:** none"',
  wayBack:
    'Write "**Way back:** binary" where the old version can simply be started again, "**Way back:** restore" where the backup must be restored first',
};

function refused(message: string, name: string): NotesJudgement {
  const hint = `Write them, or run 'cutwater prepare ${name}' with --breaking, --env, --migrations and --way-back`;
  return { is: 'refused', entry: undefined, problems: [{ message, hint }] };
}
