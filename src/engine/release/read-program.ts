import type { Parsed } from '../../domain/brand.ts';
import type { Elf } from '../../domain/elf.ts';
import { elfHeadBytes, programHeadersOf, readElf } from '../../domain/elf.ts';
import type { Workspace } from '../../ports/workspace.ts';

/** Reads an ELF file by its first bytes and its program headers, wherever in the file these are. */
export async function readProgram(workspace: Pick<Workspace, 'readPart'>, file: string): Promise<Parsed<Elf>> {
  const head = await workspace.readPart(file, { from: 0, length: elfHeadBytes });
  const table = programHeadersOf(head);
  if (table.is === 'refused') return table;
  const isInHead = table.value.from + table.value.length <= head.length;
  return readElf(head, isInHead ? undefined : await workspace.readPart(file, table.value));
}
