import type { Parsed } from '../../domain/brand.ts';
import { Damage, part, readUndamaged, spender, viewOf } from './damaged-database.ts';
import { maximumPackages } from './installed-package.ts';

/**
 * The headers in a database of rpm's own format "ndb", the `Packages.db` of SUSE (rpm, lib/backend/ndb/rpmpkg.c; numbers are
 * little-endian): pages of slots, each of which names a block of the file with one header in it. Refused where a slot or a
 * block is none, where blocks together have more than the file, and above 100000 packages.
 */
export function readNdbPackages(bytes: Uint8Array): Parsed<readonly Uint8Array[]> {
  return readUndamaged('ndb database', () => {
    const view = viewOf(bytes);
    const slotPages = word(view, 12);
    if (word(view, 0) !== marks.file || word(view, 4) !== 0 || slotPages === 0) throw new Damage();
    const spend = spender(bytes.length);
    const packages: Uint8Array[] = [];
    for (let at = fileHeaderBytes; at < slotPages * pageBytes; at += slotBytes) {
      if (word(view, at) !== marks.slot) throw new Damage();
      const index = word(view, at + 4);
      // A slot that is free.
      if (index === 0) continue;
      if (packages.length === maximumPackages) throw new Damage();
      const blob = readBlob(view, { index, start: word(view, at + 8) * blockBytes, blocks: word(view, at + 12) });
      spend(blob.length);
      packages.push(blob);
    }
    return packages;
  });
}

interface Slot {
  readonly index: number;
  /** Where in the file. */
  readonly start: number;
  readonly blocks: number;
}

/** A block repeats which package it is of, and says at both ends how long it is. */
function readBlob(view: DataView, { index, start, blocks }: Slot): Uint8Array {
  const length = word(view, start + 12);
  const end = start + blobHeaderBytes + length;
  const fits = blobHeaderBytes + length + blobTailBytes <= blocks * blockBytes;
  if (word(view, start) !== marks.blob || word(view, start + 4) !== index || !fits) throw new Damage();
  // Between the header and the tail there is space up to the end of the blocks.
  const tail = start + blocks * blockBytes - blobTailBytes;
  if (word(view, tail + 4) !== length || word(view, tail + 8) !== marks.blobEnd) throw new Damage();
  return part(view, start + blobHeaderBytes, end - start - blobHeaderBytes);
}

function word(view: DataView, at: number): number {
  return view.getUint32(at, true);
}

const [pageBytes, fileHeaderBytes, slotBytes, blockBytes, blobHeaderBytes, blobTailBytes] = [4096, 32, 16, 16, 16, 12];

const marks = { file: markOf('RpmP'), slot: markOf('Slot'), blob: markOf('BlbS'), blobEnd: markOf('BlbE') };

function markOf(text: string): number {
  return word(viewOf(new TextEncoder().encode(text)), 0);
}
