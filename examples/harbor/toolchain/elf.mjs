// Writes a static ELF executable for Linux (System V gABI, chapters 4 and 5): one segment, readable and executable,
// that holds the headers, the code and the constants. The program keeps what it writes on the stack.

/** Where the file lies in memory. A multiple of 64 KiB, the largest page of aarch64. */
export const baseAddress = 0x400000;

const headerBytes = 64;
const programHeaderBytes = 56;

/** Where the code lies in memory: right behind the headers. */
export const codeAddress = baseAddress + headerBytes + 2 * programHeaderBytes;

const loadable = 1;
const gnuStack = 0x6474e551;
const readable = 4;
const writable = 2;
const executable = 1;

/** The whole file; the program starts at the first byte of `code`. */
export function elfFile(machine, code) {
  const size = codeAddress - baseAddress + code.length;
  const header = Buffer.alloc(headerBytes);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little endian, version 1
  header.writeUInt16LE(2, 16); // an executable
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(codeAddress), 24); // where it starts
  header.writeBigUInt64LE(BigInt(headerBytes), 32); // where the program headers are
  header.writeUInt16LE(headerBytes, 52);
  header.writeUInt16LE(programHeaderBytes, 54);
  header.writeUInt16LE(2, 56); // how many program headers
  header.writeUInt16LE(64, 58); // the size of a section header, though there are none
  return Buffer.concat([
    header,
    programHeader({ type: loadable, flags: readable | executable, address: baseAddress, size, align: 0x10000 }),
    programHeader({ type: gnuStack, flags: readable | writable, address: 0, size: 0, align: 16 }),
    code,
  ]);
}

function programHeader({ type, flags, address, size, align }) {
  const header = Buffer.alloc(programHeaderBytes);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(flags, 4);
  header.writeBigUInt64LE(BigInt(address), 16);
  header.writeBigUInt64LE(BigInt(address), 24);
  header.writeBigUInt64LE(BigInt(size), 32); // in the file
  header.writeBigUInt64LE(BigInt(size), 40); // in memory
  header.writeBigUInt64LE(BigInt(align), 48);
  return header;
}
