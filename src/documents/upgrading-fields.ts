import { declaresNothing } from './declared-changes.ts';

/** What the notes of one version declare; each text is one line of Markdown. */
export interface UpgradingFields {
  readonly breaking: readonly string[];
  readonly environment: readonly EnvironmentChange[];
  /** Migrations of stored data, and what to do about them. */
  readonly migrations: readonly string[];
  /** `binary`: start the old version again. `restore`: restore the backup first. */
  readonly wayBack: WayBack | undefined;
}

export type WayBack = 'binary' | 'restore';

export interface EnvironmentChange {
  readonly change: 'added' | 'removed' | 'renamed';
  /** The name after the change; may end in `*`. */
  readonly name: string;
  /** The name before, of a renamed one. */
  readonly formerName: string | undefined;
  readonly note: string;
}

export type UpgradingField = 'breaking' | 'environment' | 'migrations' | 'wayBack';

export const upgradingFieldNames: readonly UpgradingField[] = ['breaking', 'environment', 'migrations', 'wayBack'];

/** What a piece of text is about by its place: a column or a heading. */
export type PieceRole = UpgradingField | 'note';

export interface ReadPiece {
  readonly fields: Partial<UpgradingFields>;
  /** The field it speaks of, even where it says that there is nothing. */
  readonly declares: UpgradingField | undefined;
  readonly problem: string | undefined;
}

/**
 * Reads one list item or one piece of a table cell. `**Breaking:**`, `**Environment added:**`, `**Migration:**` and
 * `**Way back:**` in front overrule the role. `change` is what a column beside it says about environment variables.
 */
export function readPiece(text: string, role: PieceRole, change = ''): ReadPiece {
  const [, written = '', rest = ''] = /^\*\*([A-Za-z ]{3,30})(?::\*\*|\*\*:)\s*(.*)$/.exec(text) ?? [];
  const label = labels.find(({ pattern }) => pattern.test(written));
  const said = (label === undefined ? text : rest).trim();
  const about = label?.field ?? role;
  if (about === 'note') return nothing(undefined);
  if (said === '' || isPlaceholder(said))
    return { ...nothing(undefined), problem: placeholderProblem(label?.field, said) };
  if (about === 'wayBack') return readWayBack(said);
  if (declaresNothing(said)) return nothing(about);
  if (about === 'environment')
    return readEnvironment(said, { hint: label === undefined ? change : written, isLabelled: label !== undefined });
  return { fields: { [about]: [said] }, declares: about, problem: undefined };
}

/** The pieces of a field, as `readPiece` reads them with the role of that field; a declared nothing has one, `none`. */
export function fieldPieces(fields: UpgradingFields, field: UpgradingField): readonly string[] {
  const pieces = piecesOf(fields, field);
  return pieces.length === 0 ? ['none'] : pieces;
}

/** The same with the label in front, which stands anywhere. */
export function labelledPieces(fields: UpgradingFields, field: UpgradingField): readonly string[] {
  if (field === 'environment' && fields.environment.length > 0)
    return fields.environment.map((item) => `**Environment ${item.change}:** ${environmentText(item)}`);
  const label = { breaking: 'Breaking', environment: 'Environment', migrations: 'Migration', wayBack: 'Way back' }[
    field
  ];
  return fieldPieces(fields, field).map((piece) => `**${label}:** ${piece}`);
}

/** "`OLD` to `NEW`: note". */
export function environmentText({ name, formerName, note }: EnvironmentChange): string {
  const names = formerName === undefined ? `\`${name}\`` : `\`${formerName}\` to \`${name}\``;
  return note === '' ? names : `${names}: ${note}`;
}

/** Whether a text only holds the place of one: "TBD", "...", "—". */
export function isPlaceholder(text: string): boolean {
  const plain = text.slice(0, 100).replaceAll(/[*_`\s]/g, '');
  return /^(?:t\.?b\.?[acd]\.?|todo.{0,40}|fixme.{0,40}|x{3,}|\.+|…|[-–—]+|\?+|comingsoon|tobe(?:written|done|determined|announced)|)[.!]?$/i.test(
    plain,
  );
}

const labels: readonly { readonly pattern: RegExp; readonly field: UpgradingField }[] = [
  { pattern: /^breaking(?: changes?)?$/i, field: 'breaking' },
  { pattern: /^environment(?: variables?)?(?: (?:added|removed|renamed))?$/i, field: 'environment' },
  { pattern: /^migrations?$/i, field: 'migrations' },
  { pattern: /^(?:way back|rollback)$/i, field: 'wayBack' },
];

function piecesOf(fields: UpgradingFields, field: UpgradingField): readonly string[] {
  if (field === 'wayBack') return fields.wayBack === undefined ? [] : [fields.wayBack];
  if (field === 'environment') return fields.environment.map((item) => `${item.change}: ${environmentText(item)}`);
  return fields[field];
}

function readWayBack(said: string): ReadPiece {
  const word = /^\W*(binary|restore)\b/i.exec(said)?.[1]?.toLowerCase();
  if (word === 'binary' || word === 'restore')
    return { fields: { wayBack: word }, declares: 'wayBack', problem: undefined };
  return { ...nothing(undefined), problem: 'the way back is neither `binary` nor `restore`' };
}

function readEnvironment(
  said: string,
  { hint, isLabelled }: { readonly hint: string; readonly isLabelled: boolean },
): ReadPiece {
  const [front = '', own] = /^(added|new|removed|renamed)\b[^`]{0,60}?(?=`)/i.exec(said) ?? [];
  const change = changeOf(own ?? hint);
  if (change === undefined)
    return { ...nothing(undefined), problem: 'an environment variable is neither added, removed nor renamed' };
  const onlyFirst = own !== undefined || isLabelled;
  const environment = readNames(said.slice(front.length).trim(), { change, onlyFirst });
  const problem = environment.length === 0 ? 'no environment variable is named in backticks' : undefined;
  return { fields: { environment }, declares: 'environment', problem };
}

function changeOf(text: string): EnvironmentChange['change'] | undefined {
  const found = new Set([...text.toLowerCase().matchAll(/added|new|removed|renamed/g)].map(([word]) => word));
  if (found.size !== 1) return undefined;
  const [word] = found;
  return word === 'removed' || word === 'renamed' ? word : 'added';
}

/**
 * Names count where a list or a sentence begins with them, not where the text mentions them. `onlyFirst`: only "`A`, `B`
 * and `C`" at the very beginning counts, and all that follows is the note of the last one.
 */
function readNames(
  text: string,
  { change, onlyFirst }: { readonly change: EnvironmentChange['change']; readonly onlyFirst: boolean },
): readonly EnvironmentChange[] {
  const pattern = change === 'renamed' ? renamedName : plainName;
  const all = [...text.matchAll(pattern)];
  const end = all.findIndex((match, index) => {
    const before = all[index - 1];
    const gap = before === undefined ? '' : text.slice(before.index + before[0].length, match.index);
    return before === undefined ? match.index > 0 : !/^(?:, | and |, and )$/.test(gap);
  });
  const found = onlyFirst && end !== -1 ? all.slice(0, end) : all;
  return found.map((match, index): EnvironmentChange => {
    const [whole, first = '', second] = match;
    const rest = text.slice(match.index + whole.length, found[index + 1]?.index).trim();
    const note = rest.replace(/^(?:[:,;]|[-–—](?= ))\s*/, '').replace(/^(?:and|,|;)$/, '');
    return { change, name: second ?? first, formerName: second === undefined ? undefined : first, note };
  });
}

const plainName = /(?<=^|[.;,] |\band )`([A-Z_][A-Z0-9_]{0,199}\*?)`/g;
const renamedName =
  /(?<=^|[.;,] |\band )`([A-Z_][A-Z0-9_]{0,199}\*?)` (?:to|→|->|=>|is now|becomes) `([A-Z_][A-Z0-9_]{0,199}\*?)`/g;

function nothing(declares: UpgradingField | undefined): ReadPiece {
  return { fields: {}, declares, problem: undefined };
}

function placeholderProblem(field: UpgradingField | undefined, said: string): string | undefined {
  if (field === undefined) return undefined;
  return said === '' ? 'a field has no text' : 'a field holds a placeholder';
}
