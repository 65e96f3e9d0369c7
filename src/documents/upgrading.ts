import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, parseVersion } from '../domain/version.ts';
import { declaresNothing } from './declared-changes.ts';
import type { MarkdownLine } from './markdown-lines.ts';
import { headingOf, readMarkdown, withoutComments } from './markdown-lines.ts';
import type { MarkdownTable } from './markdown-table.ts';
import { findTables } from './markdown-table.ts';
import type { PieceRole, ReadPiece, UpgradingField, UpgradingFields } from './upgrading-fields.ts';
import { isPlaceholder, readPiece, upgradingFieldNames } from './upgrading-fields.ts';

/** The upgrading notes of a project: rows of tables, `## X.Y.Z` sections, or both. */
export interface Upgrading {
  readonly mark: '' | '\uFEFF';
  readonly lines: readonly MarkdownLine[];
  readonly sections: readonly UpgradingSection[];
  readonly tables: readonly UpgradingTable[];
  readonly unclosed: number | undefined;
}

export interface UpgradingSection {
  readonly version: Version;
  /** 1-based. */
  readonly line: number;
  readonly level: number;
  readonly title: string;
  readonly body: readonly MarkdownLine[];
}

/** A table with a column of versions. */
export interface UpgradingTable extends MarkdownTable {
  readonly columns: readonly ColumnRole[];
}

export type ColumnRole = 'version' | 'change' | PieceRole;

/** What the notes say about one version. */
export interface UpgradingEntry {
  readonly version: Version;
  /** 1-based line of its first row or heading. */
  readonly line: number;
  readonly fields: UpgradingFields;
  /** Fields about which nothing is said, not even "none". */
  readonly undeclared: readonly UpgradingField[];
  /** 1-based lines of what decides about going back: the word itself, and the first migration. */
  readonly lines: { readonly wayBack: number | undefined; readonly migration: number | undefined };
  /** Markdown for the release notes. */
  readonly text: string;
}

export function parseUpgrading(text: string): Upgrading {
  const { mark, lines, unclosed } = readMarkdown(text);
  const tables = findTables(lines).flatMap((table): readonly UpgradingTable[] => {
    const columns = table.header.map((title) => columnRole(title, table.title));
    return columns.includes('version') ? [{ ...table, columns }] : [];
  });
  return { mark, lines, sections: findSections(lines), tables, unclosed };
}

/** Every version that has a section or a row, in the order of the file; one may come twice. */
export function versionsOf({ sections, tables }: Upgrading): readonly Version[] {
  const rows = tables.flatMap(({ rows: lines, columns }) =>
    lines.flatMap(({ cells }) => {
      const parsed = parseVersion(rowVersion(cells[columns.indexOf('version')]) ?? '');
      return parsed.is === 'ok' ? [parsed.value] : [];
    }),
  );
  return [...sections.map(({ version }) => version), ...rows];
}

/**
 * The notes of one version. Refused where there are none, where they are empty or a placeholder, or where a field cannot
 * be read; the reason names the line.
 */
export function upgradingOf(upgrading: Upgrading, version: Version): Parsed<UpgradingEntry> {
  const name = formatVersion(version);
  const sections = upgrading.sections.filter((section) => compareVersions(section.version, version) === 0);
  if (sections[0] !== undefined && sections[1] !== undefined)
    return refuse(`has two sections for ${name}, in lines ${sections[0].line} and ${sections[1].line}`);
  const rows = upgrading.tables.flatMap((table) => rowsOf(table, version));
  const line = Math.min(...sections.map((section) => section.line), ...rows.map((row) => row.line));
  if (line === Infinity) return refuse(`has no notes for ${name}: a section "## ${name}" or a row is wanted`);
  const pieces = [...sections.flatMap(sectionPieces), ...rows.flatMap(rowPieces)];
  const problem = pieces.find((piece) => piece.problem !== undefined);
  if (problem?.problem !== undefined)
    return refuse(`has notes for ${name} that cannot be read: ${problem.problem} (line ${problem.line})`);
  const text = [...sections.map(sectionText), ...rows.map(rowText)].filter((part) => part !== '').join('\n\n');
  if (text.split('\n').every(isEmptyLine)) return refuse(`has only a placeholder for ${name} (line ${line})`);
  const declared = new Set(pieces.map(({ declares }) => declares));
  const undeclared = upgradingFieldNames.filter((field) => !declared.has(field));
  return accept({ version, line, fields: joinFields(pieces), undeclared, lines: findLines(pieces), text });
}

interface PlacedPiece extends ReadPiece {
  readonly line: number;
}

interface PlacedRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly table: UpgradingTable;
}

function joinFields(pieces: readonly ReadPiece[]): UpgradingFields {
  return {
    breaking: pieces.flatMap(({ fields }) => fields.breaking ?? []),
    environment: pieces.flatMap(({ fields }) => fields.environment ?? []),
    migrations: pieces.flatMap(({ fields }) => fields.migrations ?? []),
    wayBack: speakerOfWayBack(pieces)?.fields.wayBack,
  };
}

/** Of several words about the way back the careful one counts. */
function speakerOfWayBack<Piece extends ReadPiece>(pieces: readonly Piece[]): Piece | undefined {
  const speaking = pieces.filter(({ fields }) => fields.wayBack !== undefined);
  return speaking.find(({ fields }) => fields.wayBack === 'restore') ?? speaking.at(-1);
}

function findLines(pieces: readonly PlacedPiece[]): UpgradingEntry['lines'] {
  const migration = pieces.find(({ fields }) => (fields.migrations ?? []).length > 0);
  return { wayBack: speakerOfWayBack(pieces)?.line, migration: migration?.line };
}

function findSections(lines: readonly MarkdownLine[]): readonly UpgradingSection[] {
  const headings = lines.flatMap((line, index) => {
    const heading = headingOf(line);
    return heading === undefined ? [] : [{ ...heading, index }];
  });
  return headings.flatMap(({ level, text, index }, at): readonly UpgradingSection[] => {
    const version = level < 2 || level > 4 ? undefined : versionInTitle(text);
    if (version === undefined) return [];
    let after = at + 1;
    while ((headings[after]?.level ?? 0) > level) after += 1;
    return [{ version, line: index + 1, level, title: text, body: lines.slice(index + 1, headings[after]?.index) }];
  });
}

/** `1.2.3`, `[v1.2.3] - 2026-01-02`, `Upgrading to 1.2.3`, `From 1.1.x to 1.2.0`. */
function versionInTitle(title: string): Version | undefined {
  const plain = title.replaceAll(/[[\]`*]/g, '');
  const first = /^(?:version |release )?v?(\d[0-9A-Za-z.-]*)(?:\s*[-–—(:]|$)/i.exec(plain)?.[1];
  const last = /\bto (?:version )?v?(\d[0-9A-Za-z.-]*)$/i.exec(plain)?.[1];
  const parsed = parseVersion(last ?? first ?? '');
  return parsed.is === 'ok' ? parsed.value : undefined;
}

function sectionPieces(section: UpgradingSection): readonly PlacedPiece[] {
  let role: PieceRole = 'note';
  return section.body.flatMap((item, index): readonly PlacedPiece[] => {
    const heading = headingOf(item);
    if (heading !== undefined) role = fieldRole(heading.text) ?? 'note';
    const [, entry] = /^ {0,3}(?:[-*+]|\d{1,9}[.)])\s+(.*)$/.exec(item.text) ?? [];
    const isSaid = heading === undefined && (item.place === 'block' || (item.place === 'list' && entry !== undefined));
    const text = withoutComments(entry ?? item.text).trim();
    return isSaid && text !== '' ? [{ ...readPiece(text, role), line: section.line + 1 + index }] : [];
  });
}

function rowsOf(table: UpgradingTable, version: Version): readonly PlacedRow[] {
  const name = formatVersion(version);
  const at = table.columns.indexOf('version');
  return table.rows.filter(({ cells }) => rowVersion(cells[at]) === name).map((row) => ({ ...row, table }));
}

/** The version a cell names, however it is dressed: `**v1.2.3**`, `[1.2.3](#123)`. */
export function rowVersion(cell = ''): string | undefined {
  const plain = cell
    .replace(/\]\([^)]*\)$/, ']')
    .replaceAll(/[[\]`*\s]/g, '')
    .replace(/^v/i, '');
  const parsed = parseVersion(plain);
  return parsed.is === 'ok' ? formatVersion(parsed.value) : undefined;
}

function rowPieces({ line, cells, table }: PlacedRow): readonly PlacedPiece[] {
  const change = cells[table.columns.indexOf('change')];
  return table.columns.flatMap((role, column): readonly PlacedPiece[] => {
    if (role === 'version') return [];
    // "No changes." beside the details says all there is to say.
    if (role === 'change') return [{ ...readPiece('none', declaresNone(change) ? 'environment' : 'note'), line }];
    if (role === 'environment' && declaresNone(change)) return [];
    const pieces = (cells[column] ?? '').split(/<br ?\/?>/i).map((piece) => piece.trim());
    return pieces.map((piece) => ({ ...readPiece(piece, role, change), line }));
  });
}

function declaresNone(text: string | undefined): boolean {
  return text !== undefined && declaresNothing(text);
}

function columnRole(title: string, above: string): ColumnRole {
  if (/^(?:version|release|to)$/i.test(title)) return 'version';
  const role = fieldRole(title);
  if (role !== undefined) return role;
  const context = fieldRole(above);
  if (context === 'environment' && /^(?:change|kind|type|what)$/i.test(title)) return 'change';
  return context ?? 'note';
}

function fieldRole(title: string): UpgradingField | undefined {
  if (/\b(?:environment|env|variables?)\b/i.test(title)) return 'environment';
  if (/\bbreaking\b/i.test(title)) return 'breaking';
  if (/\b(?:way back|rollback|roll back|downgrade)\b/i.test(title)) return 'wayBack';
  return /\bmigrations?\b/i.test(title) ? 'migrations' : undefined;
}

function sectionText({ body }: UpgradingSection): string {
  return body
    .map(({ text }) => text)
    .join('\n')
    .trim();
}

function rowText({ cells, table }: PlacedRow): string {
  const shown = table.columns.flatMap((role, column) => {
    const cell = cells[column] ?? '';
    return role === 'version' || isPlaceholder(cell) ? [] : [`- ${table.header[column] ?? ''}: ${cell}`];
  });
  return shown.join('\n');
}

function isEmptyLine(line: string): boolean {
  const text = withoutComments(line).trim();
  return text === '' || /^#{1,6}(?:\s|$)/.test(text) || isPlaceholder(text.replace(/^[-*+]\s+/, ''));
}
