import { codeAddress, elfFile } from './elf.mjs';

/**
 * Turns a program into an executable for one machine. A program is a function that calls the instructions it is given;
 * it is run twice: first to learn where the labels are, then to write the bytes.
 */
export function assemble(machine, program) {
  const labels = new Map();
  let code = Buffer.alloc(0);
  for (const pass of ['measure', 'write']) {
    const chunks = [];
    let length = 0;
    const output = {
      /** The address of the next byte. */
      here: () => codeAddress + length,
      emit(bytes) {
        chunks.push(bytes);
        length += bytes.length;
      },
      addressOf(label) {
        const address = labels.get(label);
        if (address === undefined && pass === 'write') throw new Error(`There is no label "${label}"`);
        return address ?? codeAddress;
      },
    };
    const data = {
      label(name) {
        if (pass === 'measure' && labels.has(name)) throw new Error(`The label "${name}" is there twice`);
        labels.set(name, output.here());
      },
      text: (text) => output.emit(Buffer.from(text, 'utf8')),
      /** A number of 8 bytes, or the address of a label. */
      quad(value) {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(BigInt(typeof value === 'string' ? output.addressOf(value) : value));
        output.emit(bytes);
      },
      align: (size) => output.emit(Buffer.alloc((size - (output.here() % size)) % size)),
    };
    program({ ...data, ...machine.instructions(output) });
    code = Buffer.concat(chunks);
  }
  return elfFile(machine.elfMachine, code);
}
