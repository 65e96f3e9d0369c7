import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { quote } from '../../domain/quote.ts';
import type { InstalledPackage } from './installed-package.ts';
import { tooMuchPathText } from './installed-package.ts';
import { statedLicence } from './licence.ts';

/**
 * A package by its header as rpm's database keeps it (rpm.org, "RPM v4 format", "Header structure"): a table of tags, then
 * their values. Undefined for the keys that rpm keeps in the form of packages. Refused where an entry leads outside, or
 * where it has no valid name, version, release or architecture, or paths of more than so many characters.
 */
export function readRpmHeader(blob: Uint8Array, pathText: number): Parsed<InstalledPackage | undefined> {
  const header = openHeader(blob);
  if (header === undefined) return refuse('is cut off');
  const name = header.text(tags.name) ?? '';
  if (name === 'gpg-pubkey') return accept(undefined);
  const version = header.text(tags.version) ?? '';
  const release = header.text(tags.release) ?? '';
  const architecture = header.text(tags.architecture) ?? '';
  const valid = isName(name) && isVersion(version) && isVersion(release) && /^[A-Za-z0-9_]{1,64}$/.test(architecture);
  if (!valid) return refuse(`named ${quote(name)} is none`);
  const files = filesOf(header, pathText);
  if (files.is === 'refused') return refuse(`named ${quote(name)} ${files.reason}`);
  const [epoch] = header.numbers(tags.epoch);
  const source = header.text(tags.sourceRpm) ?? '';
  const licence = statedLicence(header.text(tags.licence));
  return accept({
    name,
    version: `${version}-${release}`,
    ...(epoch === undefined ? {} : { epoch }),
    ...(licence === undefined ? {} : { licence }),
    architecture,
    source: /^[A-Za-z0-9_][A-Za-z0-9._+~^-]{0,300}\.(?:no)?src\.rpm$/.test(source) ? source : undefined,
    files: files.value,
  });
}

const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  licence: 1014,
  architecture: 1022,
  sourceRpm: 1044,
  folderOfFile: 1116,
  fileNames: 1117,
  folders: 1118,
};

/** A path is a name, and the folder it says it is in. No path is longer than 4096 bytes (PATH_MAX). */
function filesOf(header: RpmHeader, pathText: number): Parsed<readonly string[]> {
  // Nothing but NUL bytes is a list of as many empty texts.
  if (header.count(tags.fileNames) > maximumFiles || header.count(tags.folders) > maximumFiles)
    return refuse(`has more than ${maximumFiles} files`);
  const names = header.texts(tags.fileNames);
  const folders = header.texts(tags.folders);
  const places = header.numbers(tags.folderOfFile);
  if (places.length !== names.length || places.some((at) => at >= folders.length))
    return refuse('has files without folders');
  const files: string[] = [];
  let left = pathText;
  for (const [at, name] of names.entries()) {
    const folder = folders[places[at] ?? 0] ?? '';
    if (!folder.startsWith('/') || folder.length + name.length > 4096) continue;
    files.push(`${folder}${name}`);
    left -= folder.length + name.length;
    if (left < 0) return refuse(tooMuchPathText);
  }
  return accept(files);
}

// As many as an image may have.
const maximumFiles = 1_000_000;

interface RpmHeader {
  /** Of values, as the table says. */
  count(tag: number): number;
  text(tag: number): string | undefined;
  texts(tag: number): readonly string[];
  numbers(tag: number): readonly number[];
}

/** Undefined where the table does not fit. Values that do not are as if they were not there. */
function openHeader(blob: Uint8Array): RpmHeader | undefined {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < 8) return undefined;
  const count = view.getUint32(0);
  const dataAt = 8 + count * 16;
  if (dataAt + view.getUint32(4) > blob.length) return undefined;
  const data = Buffer.from(blob.buffer, blob.byteOffset + dataAt, view.getUint32(4));
  const wanted = new Set(Object.values(tags));
  const entries = new Map<number, Entry>();
  for (let at = 8; at < dataAt; at += 16) {
    const tag = view.getUint32(at);
    if (!wanted.has(tag) || entries.has(tag)) continue;
    entries.set(tag, {
      type: view.getUint32(at + 4),
      from: view.getUint32(at + 8),
      count: view.getUint32(at + 12),
    });
  }
  const find = (tag: number, type: number): Entry | undefined => {
    const entry = entries.get(tag);
    return entry?.type === type ? entry : undefined;
  };
  return {
    count: (tag) => entries.get(tag)?.count ?? 0,
    text: (tag) => readTexts(data, find(tag, types.text))[0],
    texts: (tag) => readTexts(data, find(tag, types.texts)),
    numbers: (tag) => readNumbers(data, find(tag, types.number)),
  };
}

interface Entry {
  readonly type: number;
  /** Where in the values. */
  readonly from: number;
  /** Of values. */
  readonly count: number;
}

const types = { number: 4, text: 6, texts: 8 };

function readTexts(data: Buffer, entry: Entry | undefined): readonly string[] {
  const texts: string[] = [];
  for (let { from = 0, count = 0 } = entry ?? {}; count > 0; count -= 1) {
    const end = data.indexOf(0, from);
    if (end < 0 || from > data.length) return [];
    texts.push(data.toString('utf8', from, end));
    from = end + 1;
  }
  return texts;
}

function readNumbers(data: Buffer, entry: Entry | undefined): readonly number[] {
  if (entry === undefined || entry.from + entry.count * 4 > data.length) return [];
  return Array.from({ length: entry.count }, (_, at) => data.readUInt32BE(entry.from + at * 4));
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._+~^-]{0,254}$/.test(text);
}

// "-" parts version and release, so neither has one.
function isVersion(text: string): boolean {
  return /^[A-Za-z0-9._+~^]{1,255}$/.test(text);
}
