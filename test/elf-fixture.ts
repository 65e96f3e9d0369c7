/** A 64-bit little-endian ELF file with these sections, as `objcopy --add-section` would leave it. */
export function makeElf(sections: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = ['', ...Object.keys(sections), '.shstrtab'];
  const strings = Buffer.from(`${names.join('\0')}\0`);
  const bodies = [Buffer.alloc(0), ...Object.values(sections).map((bytes) => Buffer.from(bytes)), strings];
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(64 + Buffer.concat(bodies).length), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(bodies.length, 60);
  header.writeUInt16LE(bodies.length - 1, 62);
  let nameAt = 0;
  let from = 64;
  const table = bodies.map((body, index) => {
    const entry = Buffer.alloc(64);
    entry.writeUInt32LE(nameAt, 0);
    entry.writeUInt32LE(index === 0 ? 0 : index === bodies.length - 1 ? 3 : 1, 4);
    entry.writeBigUInt64LE(BigInt(from), 24);
    entry.writeBigUInt64LE(BigInt(body.length), 32);
    nameAt += (names[index] ?? '').length + 1;
    from += body.length;
    return entry;
  });
  return Buffer.concat([header, ...bodies, ...table]);
}
