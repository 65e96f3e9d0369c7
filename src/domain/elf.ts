import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';

/** What an ELF file says about itself in its header and program headers (System V gABI, chapters 4 and 5). */
export interface Elf {
  readonly class: 32 | 64;
  /** As uname says it: `x86_64`, `aarch64`; `machine-<number>` for one this program has no name for. */
  readonly machine: string;
  /** `shared` is both a library and a position-independent program. */
  readonly kind: 'relocatable' | 'executable' | 'shared' | 'core' | 'other';
  /** It names a program interpreter (PT_INTERP): the dynamic loader is needed to start it. */
  readonly interpreter: boolean;
  /** It has a dynamic section (PT_DYNAMIC). A static position-independent program has one as well. */
  readonly dynamic: boolean;
  /** An executable that needs nothing but the kernel: no interpreter and no dynamic section. */
  readonly static: boolean;
}

/** `readElf` needs no more than this many leading bytes of a file: compilers put the program headers first. */
export const elfHeadBytes = 65_536;

/**
 * Reads an ELF file by its first bytes (the whole file, or `elfHeadBytes` of it). Refused are files that are no ELF,
 * and those whose program headers are not all inside these bytes: nothing is guessed from half a table.
 */
export function readElf(bytes: Uint8Array): Parsed<Elf> {
  if (bytes.length < 16) return refuse('is too short for an ELF file');
  if (!magic.every((value, at) => bytes[at] === value)) return refuse('does not begin with the ELF magic number');
  const layout = layouts[bytes[4] ?? 0];
  if (layout === undefined) return refuse('has an unknown ELF class');
  const encoding = bytes[5];
  if (encoding !== 1 && encoding !== 2) return refuse('has an unknown ELF byte order');
  if (bytes[6] !== 1) return refuse('has an unknown ELF version');
  if (bytes.length < layout.headerBytes) return refuse('ends inside the ELF header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const types = readProgramHeaderTypes(view, { layout, little: encoding === 1 });
  if (types.is === 'refused') return types;
  const kind = kinds[view.getUint16(16, encoding === 1)] ?? 'other';
  const machine = view.getUint16(18, encoding === 1);
  const interpreter = types.value.has(programHeader.interpreter);
  const dynamic = types.value.has(programHeader.dynamic);
  const runnable = (kind === 'executable' || kind === 'shared') && types.value.has(programHeader.load);
  return accept({
    class: layout.class,
    machine: machines[machine] ?? `machine-${machine}`,
    kind,
    interpreter,
    dynamic,
    static: runnable && !interpreter && !dynamic,
  });
}

function readProgramHeaderTypes(
  view: DataView,
  { layout, little }: { readonly layout: ElfLayout; readonly little: boolean },
): Parsed<ReadonlySet<number>> {
  const start = layout.class === 64 ? Number(view.getBigUint64(32, little)) : view.getUint32(28, little);
  const size = view.getUint16(layout.sizeAt, little);
  const count = view.getUint16(layout.sizeAt + 2, little);
  // 0xffff means that the true number is in a section header; no program of this world has that many.
  if (count === 0xffff) return refuse('has more than 65534 program headers');
  if (count === 0) return accept(new Set());
  if (size < layout.programHeaderBytes) return refuse('has program headers of an impossible size');
  if (start < layout.headerBytes) return refuse('has program headers inside the ELF header');
  if (start + size * count > view.byteLength) return refuse('has program headers outside its first bytes');
  const types = new Set<number>();
  for (let entry = 0; entry < count; entry += 1) types.add(view.getUint32(start + entry * size, little));
  return accept(types);
}

interface ElfLayout {
  readonly class: 32 | 64;
  readonly headerBytes: number;
  readonly programHeaderBytes: number;
  /** Where e_phentsize is; e_phnum follows it. */
  readonly sizeAt: number;
}

const magic = [0x7f, 0x45, 0x4c, 0x46] as const;

const layouts: Readonly<Record<number, ElfLayout>> = {
  1: { class: 32, headerBytes: 52, programHeaderBytes: 32, sizeAt: 42 },
  2: { class: 64, headerBytes: 64, programHeaderBytes: 56, sizeAt: 54 },
};

const programHeader = { load: 1, dynamic: 2, interpreter: 3 } as const;

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
