/** A static Linux program without any library that writes a text and ends: a whole ELF file of some 200 bytes. */
export function tinyProgram(
  machine: 'x86_64' | 'aarch64',
  { says, exitCode = 0 }: { readonly says: string; readonly exitCode?: number },
): Uint8Array {
  const text = Buffer.from(says);
  const code = { x86_64: forX86, aarch64: forArm }[machine](text.length, exitCode);
  const body = Buffer.concat([code, text]);
  const header = Buffer.alloc(headerBytes);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE({ x86_64: 62, aarch64: 183 }[machine], 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(address + headerBytes), 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  // One segment (PT_LOAD, readable and executable): the whole file.
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(BigInt(address), 80);
  header.writeBigUInt64LE(BigInt(address), 88);
  header.writeBigUInt64LE(BigInt(headerBytes + body.length), 96);
  header.writeBigUInt64LE(BigInt(headerBytes + body.length), 104);
  header.writeBigUInt64LE(0x1_0000n, 112);
  return Buffer.concat([header, body]);
}

/** write(1, text, size); exit(code): the text stands right behind. */
function forX86(size: number, exitCode: number): Uint8Array {
  // mov eax, 1; mov edi, 1; lea rsi, [rip + 19]; mov edx, size; syscall; mov eax, 60; mov edi, exitCode; syscall
  const code = Buffer.from('b801000000bf01000000488d3513000000ba000000000f05b83c000000bf000000000f05', 'hex');
  code.writeUInt32LE(size, 18);
  code.writeUInt32LE(exitCode, 30);
  return code;
}

function forArm(size: number, exitCode: number): Uint8Array {
  const move = (register: number, value: number): number => 0xd2800000 + value * 32 + register;
  const call = 0xd4000001;
  const textAddress = 0x10000000 + 7 * 32 + 1;
  const words = [move(0, 1), textAddress, move(2, size), move(8, 64), call, move(0, exitCode), move(8, 93), call];
  const code = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) code.writeUInt32LE(word, index * 4);
  return code;
}

const headerBytes = 64 + 56;
const address = 0x40_0000;
