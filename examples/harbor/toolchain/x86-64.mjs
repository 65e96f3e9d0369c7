// The instructions a program may use, for x86-64 (Intel's manual, volume 2; system calls: the kernel's
// arch/x86/entry/syscalls/syscall_64.tbl). Every instruction has one length, whatever its operands are.

export const x86_64 = { name: 'x86_64', elfMachine: 62, instructions };

const rax = 0;
const rsp = 4;
// "a" to "f" outlive system calls; a call takes its arguments in rdi, rsi, rdx, r10, r8, r9 and its number in rax.
const registers = { stack: rsp, result: rax, a: 3, b: 5, c: 12, d: 13, e: 14, f: 15 };
const argumentRegisters = [7, 6, 2, 10, 8, 9];

const systemCalls = {
  read: 0,
  write: 1,
  close: 3,
  rt_sigaction: 13,
  accept: 43,
  sendto: 44,
  shutdown: 48,
  socket: 41,
  bind: 49,
  listen: 50,
  setsockopt: 54,
  exit_group: 231,
};

const conditions = { equal: 0x84, notEqual: 0x85, less: 0x8c, greater: 0x8f };

function instructions(output) {
  const encoder = makeEncoder(output);
  return { ...moves(encoder), ...arithmetic(encoder), ...memoryAccess(encoder), ...control(encoder) };
}

function makeEncoder(output) {
  const emit = (...bytes) => output.emit(Buffer.from(bytes));
  return {
    output,
    emit,
    moveConstant: (to, value) => emit(rex(0, to), 0xc7, direct(0, to), ...signed32(value)),
    move: (to, from) => emit(rex(from, to), 0x89, direct(from, to)),
  };
}

function moves({ output, moveConstant, move }) {
  return {
    /** register = a number of 31 bits. */
    set: (register, value) => moveConstant(number(register), value),
    /** register = the address of a label. */
    address: (register, label) => moveConstant(number(register), output.addressOf(label)),
    copy: (to, from) => move(number(to), number(from)),
  };
}

function arithmetic({ emit }) {
  return {
    add: (to, value) => emit(rex(0, number(to)), 0x81, direct(0, number(to)), ...signed32(value)),
    addRegister: (to, from) => emit(rex(number(from), number(to)), 0x01, direct(number(from), number(to))),
    subtractRegister: (to, from) => emit(rex(number(from), number(to)), 0x29, direct(number(from), number(to))),
    timesTen(register) {
      const both = number(register);
      emit(rex(both, both), 0x69, direct(both, both), ...signed32(10));
    },
    shiftRight: (register, bits) => emit(rex(0, number(register)), 0xc1, direct(5, number(register)), bits),
  };
}

function memoryAccess({ emit }) {
  // [base + offset] with a scale-index-base byte, which rsp and r12 need and the others bear.
  const access = (prefix, opcode) => (register, base, offset) => {
    const [reg, rm] = [number(register), number(base)];
    emit(prefix(reg, rm), ...opcode, 0x80 | ((reg & 7) << 3) | 4, 0x20 | (rm & 7), ...signed32(offset));
  };
  return {
    load64: access(rex, [0x8b]),
    load32: access(rexNarrow, [0x8b]),
    load8: access(rex, [0x0f, 0xb6]),
    store64: access(rex, [0x89]),
    store8: access(rexNarrow, [0x88]),
  };
}

function control({ output, emit, moveConstant, move }) {
  const jumpTo = (opcode, label) => {
    const next = output.here() + opcode.length + 4;
    emit(...opcode, ...signed32(output.addressOf(label) - next));
  };
  return {
    jump: (label) => jumpTo([0xe9], label),
    /** Goes to the label if the comparison of signed numbers holds: `{ less: 5 }`. */
    jumpIf(register, comparison, label) {
      const [[condition, value]] = Object.entries(comparison);
      emit(rex(0, number(register)), 0x81, direct(7, number(register)), ...signed32(value));
      jumpTo([0x0f, conditions[condition]], label);
    },
    /** A system call. Arguments are numbers, registers, or "@label" for an address. The answer is in "result". */
    call(name, ...args) {
      for (const [index, argument] of args.entries()) {
        const to = argumentRegisters[index];
        if (typeof argument === 'number') moveConstant(to, argument);
        else if (argument.startsWith('@')) moveConstant(to, output.addressOf(argument.slice(1)));
        else move(to, number(argument));
      }
      moveConstant(rax, systemCalls[name]);
      emit(0x0f, 0x05);
    },
  };
}

function number(name) {
  const found = registers[name];
  if (found === undefined) throw new Error(`There is no register "${name}"`);
  return found;
}

/** The prefix for 64-bit operands, with the fourth bits of the two registers. */
function rex(reg, rm) {
  return 0x48 | ((reg >> 3) << 2) | (rm >> 3);
}

/** The same for shorter operands. */
function rexNarrow(reg, rm) {
  return 0x40 | ((reg >> 3) << 2) | (rm >> 3);
}

function direct(reg, rm) {
  return 0xc0 | ((reg & 7) << 3) | (rm & 7);
}

function signed32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
