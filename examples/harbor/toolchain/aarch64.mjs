// The same instructions for aarch64 (Arm's Architecture Reference Manual for A-profile, chapter C6; system calls: the
// kernel's include/uapi/asm-generic/unistd.h). Every machine instruction is 4 bytes long.

export const aarch64 = { name: 'aarch64', elfMachine: 183, instructions };

const sp = 31;
const zero = 31;
const scratch = 9;
// "a" to "f" outlive system calls; a call takes its arguments in x0 to x5 and its number in x8.
const registers = { stack: sp, result: 0, a: 19, b: 20, c: 21, d: 22, e: 23, f: 24 };

const systemCalls = {
  close: 57,
  read: 63,
  write: 64,
  exit_group: 94,
  rt_sigaction: 134,
  socket: 198,
  bind: 200,
  listen: 201,
  accept: 202,
  sendto: 206,
  setsockopt: 208,
  shutdown: 210,
};

const conditions = { equal: 0, notEqual: 1, less: 0xb, greater: 0xc };

function instructions(output) {
  const encoder = makeEncoder(output);
  return { ...moves(encoder), ...arithmetic(encoder), ...memoryAccess(encoder), ...control(encoder) };
}

function makeEncoder(output) {
  const emit = (word) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(word >>> 0);
    output.emit(bytes);
  };
  return {
    output,
    emit,
    // MOVZ and MOVK: the lower and the upper half of 32 bits.
    moveConstant(to, value) {
      emit(0xd2800000 | ((value & 0xffff) << 5) | to);
      emit(0xf2a00000 | ((value >>> 16) << 5) | to);
    },
    // ADD with zero, because MOV cannot name the stack pointer.
    move: (to, from) => emit(0x91000000 | (from << 5) | to),
  };
}

function moves({ output, moveConstant, move }) {
  return {
    set: (register, value) => moveConstant(number(register), value),
    address: (register, label) => moveConstant(number(register), output.addressOf(label)),
    copy: (to, from) => move(number(to), number(from)),
  };
}

function arithmetic({ emit, moveConstant }) {
  return {
    /** ADD or SUB of 24 bits: the upper 12, then the lower 12, because the stack pointer takes no register here. */
    add(register, value) {
      const operation = (value < 0 ? 0xd1000000 : 0x91000000) | (number(register) << 5) | number(register);
      const size = Math.abs(value);
      emit(operation | (1 << 22) | ((size >>> 12) << 10));
      emit(operation | ((size & 0xfff) << 10));
    },
    addRegister: (to, from) => emit(0x8b000000 | (number(from) << 16) | (number(to) << 5) | number(to)),
    subtractRegister: (to, from) => emit(0xcb000000 | (number(from) << 16) | (number(to) << 5) | number(to)),
    timesTen(register) {
      moveConstant(scratch, 10);
      emit(0x9b007c00 | (scratch << 16) | (number(register) << 5) | number(register)); // MUL
    },
    shiftRight: (register, bits) => emit(0xd340fc00 | (bits << 16) | (number(register) << 5) | number(register)), // LSR
  };
}

function memoryAccess({ emit }) {
  // The offset is counted in units of what is loaded or stored.
  const access = (operation, unit) => (register, base, offset) =>
    emit(operation | ((offset / unit) << 10) | (number(base) << 5) | number(register));
  return {
    load64: access(0xf9400000, 8),
    load32: access(0xb9400000, 4),
    load8: access(0x39400000, 1),
    store64: access(0xf9000000, 8),
    store8: access(0x39000000, 1),
  };
}

function control({ output, emit, moveConstant, move }) {
  const distanceTo = (label) => {
    const words = (output.addressOf(label) - output.here()) / 4;
    if (!Number.isInteger(words)) throw new Error(`The label "${label}" is not at an instruction`);
    return words;
  };
  return {
    jump: (label) => emit(0x14000000 | (distanceTo(label) & 0x3ffffff)),
    jumpIf(register, comparison, label) {
      const [[condition, value]] = Object.entries(comparison);
      moveConstant(scratch, Math.abs(value));
      if (value < 0) emit(0xcb000000 | (scratch << 16) | (zero << 5) | scratch); // NEG
      emit(0xeb000000 | (scratch << 16) | (number(register) << 5) | zero); // CMP
      emit(0x54000000 | ((distanceTo(label) & 0x7ffff) << 5) | conditions[condition]);
    },
    call(name, ...args) {
      // From the last to the first, because "result" is x0 as well.
      for (const [index, argument] of [...args.entries()].reverse()) {
        if (typeof argument === 'number') moveConstant(index, argument);
        else if (argument.startsWith('@')) moveConstant(index, output.addressOf(argument.slice(1)));
        else move(index, number(argument));
      }
      moveConstant(8, systemCalls[name]);
      emit(0xd4000001); // SVC #0
    },
  };
}

function number(name) {
  const found = registers[name];
  if (found === undefined) throw new Error(`There is no register "${name}"`);
  return found;
}
