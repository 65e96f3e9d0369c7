import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, parseVersion } from '../domain/version.ts';
import { isBlank } from './markdown-lines.ts';
import { formatRow } from './markdown-table.ts';
import type { Edit, LineEdit } from './text-lines.ts';
import { editLines } from './text-lines.ts';
import type { Upgrading, UpgradingTable } from './upgrading.ts';
import { parseUpgrading, rowVersion, upgradingOf } from './upgrading.ts';
import type { EnvironmentChange, UpgradingField, UpgradingFields } from './upgrading-fields.ts';
import {
  environmentText,
  fieldPieces,
  isPlaceholder,
  labelledPieces,
  upgradingFieldNames,
} from './upgrading-fields.ts';

/**
 * Adds the notes of a version: as rows where the file has tables of versions, else as a section `## X.Y.Z`. All other
 * bytes stay. The same notes again are `unchanged`; empty ones, placeholders and a second text for one version are refused.
 */
export function addUpgrading(
  text: string,
  notes: { readonly version: Version; readonly fields: UpgradingFields },
): Edit {
  const { version } = notes;
  const fields = onOneLine(notes.fields);
  const fault = findFault(fields);
  if (fault !== undefined) return { is: 'refused', reason: `gets no notes for ${formatVersion(version)}: ${fault}` };
  const upgrading = parseUpgrading(text);
  if (upgrading.unclosed !== undefined)
    return { is: 'refused', reason: `has a code block or comment that is never closed (line ${upgrading.unclosed})` };
  const existing = upgradingOf(upgrading, version);
  if (existing.is === 'ok') return compareNotes(existing.value, fields);
  if (!existing.reason.startsWith('has no notes')) return existing;
  const edits =
    upgrading.tables.length > 0 ? rowEdits(upgrading, version, fields) : [sectionEdit(upgrading, version, fields)];
  const edited = upgrading.mark + editLines(upgrading.lines, edits);
  const written = upgradingOf(parseUpgrading(edited), version);
  if (written.is === 'ok' && sameFields(written.value.fields, fields)) return { is: 'edited', text: edited };
  return {
    is: 'refused',
    reason: 'cannot hold these notes so that they are read back the same: a text of theirs reads like another field',
  };
}

/** Whether two notes declare the same. */
export function sameFields(left: UpgradingFields, right: UpgradingFields): boolean {
  return upgradingFieldNames.every((field) => {
    const other = labelledPieces(right, field);
    const own = labelledPieces(left, field);
    return own.length === other.length && own.every((piece, index) => piece === other[index]);
  });
}

function compareNotes(
  existing: { readonly line: number; readonly fields: UpgradingFields },
  fields: UpgradingFields,
): Edit {
  const where = `line ${existing.line}`;
  if (sameFields(existing.fields, fields)) return { is: 'unchanged', reason: `has these notes already (${where})` };
  return { is: 'refused', reason: `has other notes for this version already (${where}), which are not overwritten` };
}

function findFault(fields: UpgradingFields): string | undefined {
  const { breaking, migrations, environment, wayBack } = fields;
  const hollow = [...breaking, ...migrations].find(isPlaceholder);
  if (hollow !== undefined) return `${quote(hollow)} says nothing`;
  const names = environment.flatMap(({ name, formerName }) => [
    name,
    ...(formerName === undefined ? [] : [formerName]),
  ]);
  const wrong = names.find((name) => !/^[A-Z_][A-Z0-9_]{0,199}\*?$/.test(name));
  if (wrong !== undefined) return `${quote(wrong)} is no name of an environment variable`;
  const half = environment.find(({ change, formerName }) => (change === 'renamed') !== (formerName !== undefined));
  if (half !== undefined)
    return `${quote(half.name)} is renamed without a former name, or has one without being renamed`;
  return wayBack === undefined ? 'the way back is not said, `binary` or `restore` is wanted' : undefined;
}

function sectionEdit(upgrading: Upgrading, version: Version, fields: UpgradingFields): LineEdit {
  const { lines, sections } = upgrading;
  const [model] = sections;
  const prefix = model !== undefined && /^\W*v\d/i.test(model.title) ? 'v' : '';
  const items = upgradingFieldNames.flatMap((field) => labelledPieces(fields, field)).map((piece) => `- ${piece}`);
  const block = [`${'#'.repeat(model?.level ?? 2)} ${prefix}${formatVersion(version)}`, '', ...items];
  const order = placeAmong(
    sections.map((section) => section.version),
    version,
  );
  const before = sections[order];
  if (before !== undefined) return { at: before.line - 1, remove: 0, insert: [...block, ''] };
  const last = sections.at(-1);
  const end = last === undefined ? lines.length : last.line + last.body.length;
  const above = lines[end - 1];
  const isApart = above === undefined || isBlank(above);
  return { at: end, remove: 0, insert: [...(isApart ? [] : ['']), ...block, ...(end < lines.length ? [''] : [])] };
}

/** One row for each table; what has no column of its own stands with its label in the last cell of the first table. */
function rowEdits(upgrading: Upgrading, version: Version, fields: UpgradingFields): readonly LineEdit[] {
  const columns = new Set(upgrading.tables.flatMap((table) => table.columns));
  const homeless = upgradingFieldNames.filter((field) => !columns.has(field));
  const used = new Set<UpgradingField>();
  return upgrading.tables.map((table, index): LineEdit => {
    const extra = index === 0 ? homeless.flatMap((field) => labelledPieces(fields, field)) : [];
    const rows = kindsFor(table, fields).map((kind) => rowCells(table, { version, fields, kind, used }));
    const [first, ...more] = rows;
    const withExtra = first === undefined ? [] : [addToLast(first, extra), ...more];
    for (const role of table.columns) if (isField(role)) used.add(role);
    return { at: rowPlace(table, version), remove: 0, insert: withExtra.map(formatRow) };
  });
}

interface RowFacts {
  readonly version: Version;
  readonly fields: UpgradingFields;
  readonly kind: EnvironmentChange['change'] | undefined;
  /** Fields an earlier table has written. */
  readonly used: ReadonlySet<UpgradingField>;
}

/** A table with a column for the kind of change has a row for each kind. */
function kindsFor(table: UpgradingTable, { environment }: UpgradingFields): readonly RowFacts['kind'][] {
  if (!table.columns.includes('change')) return [undefined];
  const kinds = (['added', 'removed', 'renamed'] as const).filter((kind) =>
    environment.some((item) => item.change === kind),
  );
  return kinds.length === 0 ? [undefined] : kinds;
}

function rowCells(table: UpgradingTable, { version, fields, kind, used }: RowFacts): readonly string[] {
  const written = new Set(used);
  return table.columns.map((role): string => {
    if (role === 'version') return formatVersion(version);
    if (role === 'change')
      return kind === undefined ? 'No changes.' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    if (role === 'note' || written.has(role)) return '—';
    written.add(role);
    if (role !== 'environment' || kind === undefined) return fieldPieces(fields, role).join('<br>');
    const items = fields.environment.filter((item) => item.change === kind);
    return items.map(environmentText).join('<br>');
  });
}

function addToLast(cells: readonly string[], extra: readonly string[]): readonly string[] {
  const last = cells.at(-1) ?? '';
  const kept = last === '—' && extra.length > 0 ? [] : [last];
  return [...cells.slice(0, -1), [...kept, ...extra].join('<br>')];
}

function rowPlace(table: UpgradingTable, version: Version): number {
  const column = table.columns.indexOf('version');
  const rows = table.rows.flatMap(({ line, cells }) => {
    const parsed = parseVersion(rowVersion(cells[column]) ?? '');
    return parsed.is === 'ok' ? [{ line, version: parsed.value }] : [];
  });
  const before =
    rows[
      placeAmong(
        rows.map((row) => row.version),
        version,
      )
    ];
  return before === undefined ? (rows.at(-1)?.line ?? table.delimiterLine) : before.line - 1;
}

/** Index of what the version stands above: newest first, unless the file has it the other way round. */
function placeAmong(versions: readonly Version[], version: Version): number {
  const [first, second] = [versions[0], versions.at(-1)];
  const isAscending = first !== undefined && second !== undefined && compareVersions(first, second) < 0;
  const found = versions.findIndex((other) => {
    return isAscending ? compareVersions(other, version) > 0 : compareVersions(other, version) < 0;
  });
  return found === -1 ? versions.length : found;
}

function onOneLine(fields: UpgradingFields): UpgradingFields {
  const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
  return {
    breaking: fields.breaking.map(flat),
    migrations: fields.migrations.map(flat),
    environment: fields.environment.map((item) => ({ ...item, note: flat(item.note) })),
    wayBack: fields.wayBack,
  };
}

function isField(role: string): role is UpgradingField {
  return upgradingFieldNames.some((field) => field === role);
}
