import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';

/** What an ELF file says about itself in its header and program headers (System V gABI, chapters 4 and 5). */
export interface Elf {
  readonly class: 32 | 64;
  readonly byteOrder: 'little' | 'big';
  /** As uname says it: `x86_64`, `aarch64`; `machine-<number>` for one this program has no name for. */
  readonly machine: string;
  /** `shared` is both a library and a position-independent program. */
  readonly kind: 'relocatable' | 'executable' | 'shared' | 'core' | 'other';
  /** It is an executable or shared, and has a segment to load (PT_LOAD). */
  readonly runnable: boolean;
  /** It names a program interpreter (PT_INTERP): the dynamic loader is needed to start it. */
  readonly interpreter: boolean;
  /** Where in the file its dynamic section (PT_DYNAMIC) is. A static position-independent program has one as well. */
  readonly dynamic: FileRange | undefined;
}

export interface FileRange {
  /** Bytes from the start of the file. */
  readonly from: number;
  readonly length: number;
}

/** `readElf` needs no more than this many leading bytes of a file: linkers put the program headers first. */
export const elfHeadBytes = 65_536;

/** Real tables have some dozens of entries of 56 bytes. */
const longestTable = 65_536;

/** Real dynamic sections have some dozens of entries of 16 bytes. */
const longestDynamicSection = 65_536;

/**
 * Where the program headers of an ELF file are, by its first bytes; a length of 0 where it has none. Programs that
 * something was put into after they were linked, such as single-file programs of Node.js, have them far behind.
 */
export function programHeadersOf(bytes: Uint8Array): Parsed<FileRange> {
  const head = readHead(bytes);
  return head.is === 'ok' ? accept(head.value.table) : head;
}

/**
 * Reads an ELF file by its first bytes (the whole file, or `elfHeadBytes` of it) and, where they are not among these, the
 * bytes of its program headers. Refused are files that are no ELF, and those whose program headers are not all there:
 * nothing is guessed from half a table.
 */
export function readElf(bytes: Uint8Array, apart?: Uint8Array): Parsed<Elf> {
  const head = readHead(bytes);
  if (head.is === 'refused') return head;
  const { view, layout, little, table } = head.value;
  const headers = apart ?? bytes.subarray(table.from, table.from + table.length);
  if (headers.length < table.length)
    return refuse(`has program headers outside ${apart === undefined ? 'its first bytes' : 'the file'}`);
  const all = readProgramHeaders(headers.subarray(0, table.length), head.value);
  const ofType = (type: number): readonly ProgramHeader[] => all.filter((header) => header.type === type);
  const [dynamic, ...more] = ofType(programHeader.dynamic);
  if (more.length > 0) return refuse('has more than one dynamic section');
  if (dynamic !== undefined && dynamic.range.length > longestDynamicSection)
    return refuse(`has a dynamic section of ${dynamic.range.length} bytes`);
  if (dynamic !== undefined && !Number.isSafeInteger(dynamic.range.from))
    return refuse('has a dynamic section outside the file');
  const kind = kinds[view.getUint16(16, little)] ?? 'other';
  const machine = view.getUint16(18, little);
  return accept({
    class: layout.class,
    byteOrder: little ? 'little' : 'big',
    machine: machines[machine] ?? `machine-${machine}`,
    kind,
    runnable: (kind === 'executable' || kind === 'shared') && ofType(programHeader.load).length > 0,
    interpreter: ofType(programHeader.interpreter).length > 0,
    dynamic: dynamic?.range,
  });
}

/**
 * Whether a program needs nothing but the kernel: no interpreter, and no library named in its dynamic section. That
 * section may be there: a static position-independent program, as musl makes by default, relocates itself by it.
 * `section` are the bytes at `elf.dynamic`; refused where they end before the section does.
 */
export function isStatic(elf: Elf, section: Uint8Array): Parsed<boolean> {
  if (!elf.runnable || elf.interpreter) return accept(false);
  const { dynamic, byteOrder } = elf;
  if (dynamic === undefined) return accept(true);
  if (section.length < dynamic.length) return refuse('has a dynamic section outside the file');
  const view = new DataView(section.buffer, section.byteOffset, dynamic.length);
  const entryBytes = elf.class === 64 ? 16 : 8;
  for (let at = 0; at + entryBytes <= dynamic.length; at += entryBytes) {
    const tag = readWord(view, at, { wide: elf.class === 64, little: byteOrder === 'little' });
    if (tag === dynamicTag.end) return accept(true);
    if (tag === dynamicTag.needed) return accept(false);
  }
  return refuse('has a dynamic section without end');
}

interface ProgramHeader {
  readonly type: number;
  readonly range: FileRange;
}

/** What the ELF header says. */
interface Head {
  readonly view: DataView;
  readonly layout: ElfLayout;
  readonly little: boolean;
  readonly table: FileRange;
  readonly entryBytes: number;
}

function readHead(bytes: Uint8Array): Parsed<Head> {
  if (bytes.length < 16) return refuse('is too short for an ELF file');
  if (!magic.every((value, at) => bytes[at] === value)) return refuse('does not begin with the ELF magic number');
  const layout = layouts[bytes[4] ?? 0];
  if (layout === undefined) return refuse('has an unknown ELF class');
  const encoding = bytes[5];
  if (encoding !== 1 && encoding !== 2) return refuse('has an unknown ELF byte order');
  if (bytes[6] !== 1) return refuse('has an unknown ELF version');
  if (bytes.length < layout.headerBytes) return refuse('ends inside the ELF header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = encoding === 1;
  const wide = layout.class === 64;
  const from = readWord(view, wide ? 32 : 28, { wide, little });
  const entryBytes = view.getUint16(layout.sizeAt, little);
  const count = view.getUint16(layout.sizeAt + 2, little);
  // 0xffff means that the true number is in a section header; no program of this world has that many.
  if (count === 0xffff) return refuse('has more than 65534 program headers');
  if (count > 0 && entryBytes < layout.programHeaderBytes) return refuse('has program headers of an impossible size');
  if (count > 0 && from < layout.headerBytes) return refuse('has program headers inside the ELF header');
  if (!Number.isSafeInteger(from)) return refuse('has program headers outside the file');
  const length = entryBytes * count;
  if (length > longestTable) return refuse(`has ${length} bytes of program headers`);
  return accept({ view, layout, little, table: { from, length }, entryBytes });
}

function readProgramHeaders(
  table: Uint8Array,
  { layout, little, entryBytes }: Pick<Head, 'layout' | 'little' | 'entryBytes'>,
): readonly ProgramHeader[] {
  const wide = layout.class === 64;
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  // A file without program headers may have entries of no size.
  return Array.from({ length: table.length === 0 ? 0 : table.length / entryBytes }, (_, entry) => {
    const at = entry * entryBytes;
    return {
      type: view.getUint32(at, little),
      range: {
        from: readWord(view, at + layout.offsetAt, { wide, little }),
        length: readWord(view, at + layout.lengthAt, { wide, little }),
      },
    };
  });
}

/** An address, offset or tag. Above 2^53 it is not exact, but never in a range that a file can have. */
function readWord(view: DataView, at: number, { wide, little }: { wide: boolean; little: boolean }): number {
  return wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
}

interface ElfLayout {
  readonly class: 32 | 64;
  readonly headerBytes: number;
  readonly programHeaderBytes: number;
  /** Where e_phentsize is; e_phnum follows it. */
  readonly sizeAt: number;
  /** Where p_offset and p_filesz are in a program header. */
  readonly offsetAt: number;
  readonly lengthAt: number;
}

const magic = [0x7f, 0x45, 0x4c, 0x46] as const;

const layouts: Readonly<Record<number, ElfLayout>> = {
  1: { class: 32, headerBytes: 52, programHeaderBytes: 32, sizeAt: 42, offsetAt: 4, lengthAt: 16 },
  2: { class: 64, headerBytes: 64, programHeaderBytes: 56, sizeAt: 54, offsetAt: 8, lengthAt: 32 },
};

const programHeader = { load: 1, dynamic: 2, interpreter: 3 } as const;

const dynamicTag = { end: 0, needed: 1 } as const;

const kinds: Readonly<Record<number, Elf['kind']>> = { 1: 'relocatable', 2: 'executable', 3: 'shared', 4: 'core' };

// e_machine, from the gABI's registry.
const machines: Readonly<Record<number, string>> = {
  3: 'i686',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};
