import { unsupported } from "./checkpoint-error.js";
import { PickleMachine, type PickleMeanings } from "./pickle-machine.js";

/**
 * Reads a pickle (protocols 2…5) of plain data: None, booleans, numbers, strings, tuples, lists, dictionaries (as Map), and
 * what `meanings` makes of calls and persistent ids; `end` is the byte after it. Executes nothing. Throws CHECKPOINT_INVALID where
 * the pickle ends early or is damaged, CHECKPOINT_UNSUPPORTED for instructions that build anything else.
 */
export function readPickle(
  file: string,
  bytes: Buffer,
  meanings: PickleMeanings,
  from = 0,
): { value: unknown; end: number } {
  const machine = new PickleMachine(file, bytes, meanings, from);
  for (;;) {
    const code = machine.u8();
    if (code === STOP) return { value: machine.pop(), end: machine.at };
    const instruction = INSTRUCTIONS[code];
    if (instruction === undefined) {
      throw unsupported(
        file,
        `its pickle has the instruction 0x${code.toString(16)} at byte ${machine.at - 1}, which plain weights do not need`,
      );
    }
    instruction(machine);
  }
}

const STOP = 0x2e;

/** None in a pickle: undefined would mean an empty stack. */
const NONE = null;

/** By the opcodes of Python's pickletools. */
const INSTRUCTIONS: Readonly<Record<number, (machine: PickleMachine) => void>> = {
  128: (m) => m.skip(1), // PROTO
  149: (m) => m.skip(8), // FRAME
  40: (m) => m.mark(),
  48: (m) => void m.pop(),
  50: (m) => m.push(m.peek()), // DUP
  78: (m) => m.push(NONE),
  136: (m) => m.push(true),
  137: (m) => m.push(false),
  74: (m) => m.push(m.i32()), // BININT
  75: (m) => m.push(m.u8()), // BININT1
  77: (m) => m.push(m.u16()), // BININT2
  138: (m) => m.push(m.long(m.u8())), // LONG1
  71: (m) => m.push(m.f64()), // BINFLOAT
  88: (m) => m.push(m.text(m.u32())), // BINUNICODE
  140: (m) => m.push(m.text(m.u8())), // SHORT_BINUNICODE
  84: (m) => m.push(m.text(m.u32())), // BINSTRING
  85: (m) => m.push(m.text(m.u8())), // SHORT_BINSTRING
  41: (m) => m.push([]), // EMPTY_TUPLE
  133: (m) => m.push([m.pop()]), // TUPLE1
  134: (m) => m.push([m.pop(), m.pop()].reverse()), // TUPLE2
  135: (m) => m.push([m.pop(), m.pop(), m.pop()].reverse()), // TUPLE3
  116: (m) => m.push(m.popToMark()), // TUPLE
  93: (m) => m.push([]), // EMPTY_LIST
  97: (m) => {
    const item = m.pop(); // APPEND
    m.append([item]);
  },
  101: (m) => m.append(m.popToMark()), // APPENDS
  125: (m) => m.push(new Map()), // EMPTY_DICT
  115: (m) => {
    const value = m.pop(); // SETITEM
    const key = m.pop();
    m.setItems([key, value]);
  },
  117: (m) => m.setItems(m.popToMark()), // SETITEMS
  113: (m) => m.put(m.u8()), // BINPUT
  114: (m) => m.put(m.u32()), // LONG_BINPUT
  148: (m) => m.memoize(),
  104: (m) => m.get(m.u8()), // BINGET
  106: (m) => m.get(m.u32()), // LONG_BINGET
  99: (m) => m.global(m.line(), m.line()), // GLOBAL
  147: (m) => {
    const name = m.pop(); // STACK_GLOBAL
    m.global(m.pop(), name);
  },
  82: (m) => m.reduce(),
  81: (m) => m.persistent(), // BINPERSID
  98: (m) => void m.pop(), // BUILD: the state of an ordered dictionary is its modules' versions
};
