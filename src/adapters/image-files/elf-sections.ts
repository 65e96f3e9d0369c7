import type { ReadPart } from './spill-file.ts';

export interface SectionWish {
  readonly names: readonly string[];
  /** How many bytes the sections may have together; one that does not fit is left out. */
  readonly room: number;
}

/**
 * Named sections of an ELF file (System V gABI, chapter 4, "Sections"). A file without sections, or whose table is
 * damaged, has none: it runs all the same, for the kernel reads program headers only.
 */
export async function readSections(read: ReadPart, wish: SectionWish): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const open = new Set(wish.names);
  const table = await readTable(read, Math.max(0, ...wish.names.map((name) => name.length)));
  let { room } = wish;
  for (const section of table?.sections ?? []) {
    const name = table?.nameOf(section) ?? '';
    // The first of a name counts, whatever becomes of it: a hostile table names one a thousand times.
    if (!open.delete(name) || section.length > room) continue;
    const bytes = await read(section.from, section.length);
    if (bytes.length !== section.length) continue;
    room -= bytes.length;
    found.set(name, bytes);
  }
  return found;
}

interface Section {
  readonly nameAt: number;
  readonly type: number;
  readonly from: number;
  readonly length: number;
}

interface SectionTable {
  readonly sections: readonly Section[];
  nameOf(section: Section): string;
}

async function readTable(read: ReadPart, longestName: number): Promise<SectionTable | undefined> {
  const head = await read(0, 64);
  const layout = layouts[head[4] ?? 0];
  const little = head[5] === 1;
  if (layout === undefined || head.length < layout.headerBytes || (head[5] !== 1 && head[5] !== 2)) return undefined;
  const view = viewOf(head);
  const from = layout.wide ? Number(view.getBigUint64(40, little)) : view.getUint32(32, little);
  const count = view.getUint16(layout.countAt, little);
  const nameSection = view.getUint16(layout.countAt + 2, little);
  // A count of zero with a table means more than 65279 sections, which no linked program has.
  if (view.getUint16(layout.countAt - 2, little) !== layout.entryBytes || count === 0) return undefined;
  if (!Number.isSafeInteger(from)) return undefined;
  const bytes = await read(from, count * layout.entryBytes);
  if (bytes.length < count * layout.entryBytes) return undefined;
  const sections = Array.from({ length: count }, (_, index) =>
    toSection(viewOf(bytes.subarray(index * layout.entryBytes)), { layout, little }),
  );
  const strings = sections[nameSection];
  if (strings === undefined || !isInFile(strings) || strings.length > maximumNameBytes) return undefined;
  const names = await read(strings.from, strings.length);
  return { sections: sections.filter(isInFile), nameOf: ({ nameAt }) => textAt(names, nameAt, longestName) };
}

function toSection(view: DataView, { layout, little }: { layout: SectionLayout; little: boolean }): Section {
  const word = (at: number): number =>
    layout.wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  return {
    nameAt: view.getUint32(0, little),
    type: view.getUint32(4, little),
    from: word(layout.offsetAt),
    length: word(layout.lengthAt),
  };
}

// SHT_NOBITS takes no room in the file.
function isInFile({ type, from, length }: Section): boolean {
  return type !== 0 && type !== 8 && Number.isSafeInteger(from) && Number.isSafeInteger(length);
}

/** Empty where the name is longer than any that is looked for: names overlap, and each may go on to the end. */
function textAt(names: Uint8Array, at: number, longest: number): string {
  const bytes = names.subarray(at, at + longest + 1);
  const end = bytes.indexOf(0);
  return end < 0 ? '' : new TextDecoder('latin1').decode(bytes.subarray(0, end));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface SectionLayout {
  readonly wide: boolean;
  readonly headerBytes: number;
  readonly entryBytes: number;
  /** Where e_shnum is; e_shentsize is before it, e_shstrndx follows. */
  readonly countAt: number;
  /** Where sh_offset and sh_size are in a section header. */
  readonly offsetAt: number;
  readonly lengthAt: number;
}

const layouts: Readonly<Record<number, SectionLayout>> = {
  1: { wide: false, headerBytes: 52, entryBytes: 40, countAt: 48, offsetAt: 16, lengthAt: 20 },
  2: { wide: true, headerBytes: 64, entryBytes: 64, countAt: 60, offsetAt: 24, lengthAt: 32 },
};

const maximumNameBytes = 4 * 1024 * 1024;
