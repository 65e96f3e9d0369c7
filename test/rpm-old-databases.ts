/** A database in rpm's own format "ndb": a page of slots, then the blocks with the headers. */
export function ndbDatabase(headers: readonly Uint8Array[]): Uint8Array {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP');
  // Version 0, generation, pages of slots, the next index.
  slots.writeUInt32LE(7, 8);
  slots.writeUInt32LE(1, 12);
  slots.writeUInt32LE(headers.length + 1, 16);
  for (let at = 32; at < 4096; at += 16) slots.write('Slot', at);
  const blocks: Buffer[] = [];
  let block = 4096 / 16;
  for (const [at, header] of headers.entries()) {
    const count = Math.ceil((16 + header.length + 12) / 16);
    const blob = Buffer.alloc(count * 16);
    blob.write('BlbS');
    blob.writeUInt32LE(at + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    blob.set(header, 16);
    blob.writeUInt32LE(header.length, blob.length - 8);
    blob.write('BlbE', blob.length - 4);
    blocks.push(blob);
    // A slot is left free between two, as where a package was removed.
    const slot = 32 + at * 32;
    for (const [index, value] of [at + 1, block, count].entries()) slots.writeUInt32LE(value, slot + 4 + index * 4);
    block += count;
  }
  return Buffer.concat([slots, ...blocks]);
}

/**
 * A hash database as Berkeley DB lays it out: a page of metadata, pages of pairs, pages that long values go on in, and a page
 * that is free. A value that fits into a page is kept beside its key.
 */
export function bdbDatabase(
  headers: readonly Uint8Array[],
  { littleEndian = true, pageBytes = 4096 }: { readonly littleEndian?: boolean; readonly pageBytes?: number } = {},
): Uint8Array {
  const pages: DataView[] = [];
  const newPage = (type: number): DataView => {
    const page = new DataView(new ArrayBuffer(pageBytes));
    page.setUint32(8, pages.length, littleEndian);
    page.setUint8(25, type);
    pages.push(page);
    return page;
  };
  const meta = newPage(8);
  meta.setUint32(12, 0x61561, littleEndian);
  meta.setUint32(16, 9, littleEndian);
  meta.setUint32(20, pageBytes, littleEndian);
  newPage(0);
  const counter = new Uint8Array(4).fill(headers.length, 0, 1);
  for (const [key, value] of [counter, ...headers].entries()) {
    const page = newPage(13);
    const item = value.length + 200 < pageBytes ? Buffer.from([1, ...value]) : elsewhere(value);
    const keyAt = pageBytes - 5;
    page.setUint8(keyAt, 1);
    page.setUint32(keyAt + 1, key, littleEndian);
    new Uint8Array(page.buffer).set(item, keyAt - item.length);
    page.setUint16(20, 2, littleEndian);
    page.setUint16(26, keyAt, littleEndian);
    page.setUint16(28, keyAt - item.length, littleEndian);
  }
  meta.setUint32(32, pages.length - 1, littleEndian);
  return Buffer.concat(pages.map((page) => new Uint8Array(page.buffer)));

  function elsewhere(value: Uint8Array): Uint8Array {
    const item = new DataView(new ArrayBuffer(12));
    item.setUint8(0, 3);
    item.setUint32(4, pages.length, littleEndian);
    item.setUint32(8, value.length, littleEndian);
    for (let at = 0; at < value.length; at += pageBytes - 26) {
      const bytes = value.subarray(at, at + pageBytes - 26);
      const page = newPage(7);
      page.setUint16(22, bytes.length, littleEndian);
      if (at + bytes.length < value.length) page.setUint32(16, pages.length, littleEndian);
      new Uint8Array(page.buffer).set(bytes, 26);
    }
    return new Uint8Array(item.buffer);
  }
}
