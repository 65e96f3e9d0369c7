import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';

/** What a reader of a database throws where something does not fit. */
export class Damage extends Error {}

/** What a database holds, or the refusal of one that is none or is damaged. `kind` is such as "SQLite database". */
export function readUndamaged<Content>(kind: string, read: () => Content): Parsed<Content> {
  try {
    return accept(read());
  } catch (error) {
    // A DataView throws RangeError for what lies outside of it.
    if (error instanceof Damage || error instanceof RangeError) return refuse(`is no ${kind}, or a damaged one`);
    throw error;
  }
}

/** Counts what a database gives: all entries together cannot have more than its file, though they may overlap in it. */
export function spender(bytes: number): (amount: number) => void {
  let left = bytes;
  return (amount) => {
    left -= amount;
    if (left < 0) throw new Damage();
  };
}

/** Bytes that must be there. */
export function part(view: DataView, from: number, length: number): Uint8Array {
  if (from + length > view.byteLength) throw new Damage();
  return new Uint8Array(view.buffer, view.byteOffset + from, length);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
