/**
 * Follows what a pickle would do when it is loaded, and does nothing of it: of each value no more is kept than is needed
 * to know which names are called, and what the outermost object is.
 */
import { cut } from '../told';
import type { Found } from './found';
import { NoOpcode, type Opcodes } from './opcodes';
import {
  elementsOf,
  isKept,
  isObjectType,
  itemBytes,
  MAX_ENTRIES,
  MAX_ITEMS,
  MAX_TEXT,
  NOTHING,
  other,
  plain,
  type Value,
  wordOf,
} from './values';

/** Opcodes of protocol 1, which does not state itself. */
const BINARY = new Set(')1GJKMQTUX]}ehjoqru');

const MAX_STACK = 1_000_000;
const MAX_MEMO = 1_000_000;
/** Arrays of Python objects are pickles in pickles. */
const MAX_DEPTH = 10;

const WRAPPER = /(^|\.)joblib\.numpy_pickle\.NumpyArrayWrapper$/;
const RECONSTRUCT = /^numpy\.(core|_core)\.multiarray\._reconstruct$/;
const FROM_BUFFER = /^numpy\.(core|_core)\.numeric\._frombuffer$/;
/** Make an object of the class that is their first argument. */
const MAKERS = /^(copyreg|copy_reg)\.(_reconstructor|__newobj__|__newobj_ex__)$/;

export class Machine {
  private stack: Value[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, Value>();
  private memoized = 0;

  constructor(
    private readonly opcodes: Opcodes,
    private readonly found: Found,
    private readonly depth = 0,
  ) {}

  /** @returns what the pickle is, or null if there is none. @throws NoOpcode where it can't be followed further */
  async run(): Promise<Value | null> {
    let isFirst = true;
    while (await this.opcodes.next()) {
      if (this.opcodes.op === '.') return this.pop();
      isFirst = false;
      const built = this.step(this.opcodes.op);
      if (built !== null) await this.arrayBehind(built);
      if (this.stack.length > MAX_STACK) throw new NoOpcode('it piles up more than a million values');
    }
    if (isFirst) return null;
    throw new NoOpcode(`it ends at byte ${String(this.opcodes.bytes.position)} without an end: the file is cut off`);
  }

  /** @returns the state of an object behind which joblib writes the values of an array, else null */
  private step(op: string): Map<string, Value> | null {
    const { opcodes } = this;
    if (this.found.protocol === 0 && BINARY.has(op)) this.found.protocol = 1;
    switch (op) {
      case '\x80':
        this.found.protocol = Math.max(this.found.protocol, opcodes.number);
        return null;
      case '(':
        this.marks.push(this.stack.length);
        return null;
      case '0':
        this.pop();
        return null;
      case '1':
        this.popMark();
        return null;
      case '2':
        this.push(this.stack.at(-1) ?? NOTHING);
        return null;
      case 'b':
        return this.build();
      case 's':
        return this.setItems(this.popMany(2));
      case 'u':
        return this.setItems(this.popMark());
      case 'a':
        this.pop();
        return null;
      case 'e':
      case '\x90':
        this.popMark();
        return null;
      case 'p':
      case 'q':
      case 'r':
        this.put(op === 'p' ? Number(opcodes.text) : opcodes.number);
        return null;
      case '\x94':
        this.put(this.memoized);
        return null;
      case '\x95':
      case '\x98':
        return null; // frames only say how much may be read at once
      default:
        this.push(this.made(op));
        return null;
    }
  }

  /** The value that an opcode puts on the stack. */
  private made(op: string): Value {
    const { opcodes } = this;
    switch (op) {
      case 'g':
        return this.memo.get(Number(opcodes.text)) ?? NOTHING;
      case 'h':
      case 'j':
        return this.memo.get(opcodes.number) ?? NOTHING;
      case 'c':
        return { kind: 'global', name: this.found.name(opcodes.text, opcodes.second) };
      case '\x93':
        return this.stackGlobal();
      case '\x82':
      case '\x83':
      case '\x84':
        return this.extension();
      case 'R':
      case '\x81':
        return this.call(this.popMany(2));
      case '\x92': {
        const [callee = NOTHING, args = NOTHING] = this.popMany(3);
        return this.call([callee, args]);
      }
      case 'o': {
        const [callee = NOTHING, ...args] = this.popMark();
        return this.call([callee, { kind: 'tuple', items: args.slice(0, MAX_ITEMS) }]);
      }
      case 'i': {
        const items = this.popMark().slice(0, MAX_ITEMS);
        const callee: Value = { kind: 'global', name: this.found.name(opcodes.text, opcodes.second) };
        return this.call([callee, { kind: 'tuple', items }]);
      }
      case 'Q':
        this.pop();
        return other('stored elsewhere');
      default:
        return this.plainValue(op);
    }
  }

  private plainValue(op: string): Value {
    const { opcodes } = this;
    switch (op) {
      case 'I':
        if (opcodes.text === '01') return plain('True');
        if (opcodes.text === '00') return plain('False');
        return numberOf(Number(opcodes.text));
      case 'L':
        return numberOf(Number(opcodes.text.replace(/L$/, '')));
      case 'F':
        return numberOf(Number(opcodes.text));
      case 'J':
      case 'K':
      case 'M':
      case 'G':
      case '\x8a':
      case '\x8b':
        return numberOf(opcodes.number);
      case 'N':
        return plain('None');
      case '\x88':
        return plain('True');
      case '\x89':
        return plain('False');
      case 'S':
        return textOf(opcodes.text.replaceAll(/^['"]|['"]$/g, ''), opcodes.text.length);
      case 'V':
        return textOf(opcodes.text, opcodes.text.length);
      case 'U':
      case 'T':
      case 'X':
      case '\x8c':
      case '\x8d':
        return textOf(opcodes.text, opcodes.length);
      case 'C':
      case 'B':
      case '\x8e':
      case '\x96':
        return { kind: 'bytes', length: opcodes.length };
      case ')':
        return { kind: 'tuple', items: [] };
      case '\x85':
        return this.tuple(this.popMany(1));
      case '\x86':
        return this.tuple(this.popMany(2));
      case '\x87':
        return this.tuple(this.popMany(3));
      case 't':
        return this.tuple(this.popMark());
      case '}':
        return { kind: 'dict', entries: new Map() };
      case 'd': {
        const items = this.popMark();
        const dict: Value = { kind: 'dict', entries: new Map() };
        this.fill(dict, items);
        return dict;
      }
      case 'l':
        this.popMark();
        return other('list');
      case ']':
        return other('list');
      case '\x91':
        this.popMark();
        return other('frozenset');
      case '\x8f':
        return other('set');
      default:
        return other('object');
    }
  }

  private tuple(items: readonly Value[]): Value {
    return items.length > MAX_ITEMS ? other('tuple') : { kind: 'tuple', items };
  }

  private stackGlobal(): Value {
    const [module, qualname] = this.popMany(2);
    if (module?.kind === 'text' && qualname?.kind === 'text')
      return { kind: 'global', name: this.found.name(module.text, qualname.text) };
    this.found.strange.set('a name that is put together while loading', 'what it is can not be told from the file');
    return NOTHING;
  }

  private extension(): Value {
    const name = `copyreg extension ${String(this.opcodes.number)}`;
    this.found.strange.set(name, 'what it is depends on the program that loads the file');
    return NOTHING;
  }

  private call([callee, args]: readonly Value[]): Value {
    const items = args?.kind === 'tuple' ? args.items : [];
    if (callee?.kind !== 'global') return NOTHING;
    this.found.called(callee.name);
    const [first, second, third] = items;
    if (MAKERS.test(callee.name) && first?.kind === 'global') {
      this.found.called(first.name);
      return { kind: 'object', name: first.name, args: [], state: null };
    }
    if (FROM_BUFFER.test(callee.name)) this.found.array(arrayBytes(second, third));
    const isType = callee.name === 'numpy.dtype';
    return { kind: 'object', name: callee.name, args: isType ? items : [], state: null };
  }

  private build(): Map<string, Value> | null {
    const state = this.pop();
    const object = this.stack.at(-1);
    if (object?.kind !== 'object') return null;
    if (RECONSTRUCT.test(object.name) && state.kind === 'tuple')
      this.found.array(arrayBytes(state.items[2], state.items[1]));
    // Some keep a dict and something beside it: (dict, slots).
    object.state = state.kind === 'tuple' ? (state.items[0] ?? null) : state;
    return state.kind === 'dict' && WRAPPER.test(object.name) ? state.entries : null;
  }

  private setItems(items: readonly Value[]): null {
    const target = this.stack.at(-1);
    if (target?.kind === 'dict') this.fill(target, items);
    return null;
  }

  private fill({ entries }: Extract<Value, { kind: 'dict' }>, items: readonly Value[]): void {
    for (let at = 0; at + 1 < items.length; at += 2) {
      const [key, value] = [items[at], items[at + 1]];
      if (key?.kind !== 'text' || value === undefined) continue;
      if (key.text === '_sklearn_version' && value.kind === 'text') this.found.sklearnVersion ??= cut(value.text, 40);
      if (entries.size < MAX_ENTRIES && isKept(value)) entries.set(key.text, value);
    }
  }

  /** joblib writes the values of an array behind the object that describes it, in the middle of the pickle. */
  private async arrayBehind(state: ReadonlyMap<string, Value>): Promise<void> {
    const { bytes } = this.opcodes;
    const dtype = state.get('dtype');
    if (isObjectType(dtype)) {
      if (this.depth >= MAX_DEPTH) throw new NoOpcode(`pickles lie in pickles more than ${String(MAX_DEPTH)} deep`);
      this.found.array(null);
      await new Machine(this.opcodes, this.found, this.depth + 1).run();
      return;
    }
    const length = arrayBytes(dtype, state.get('shape'));
    if (length === null) throw new NoOpcode(`how long the array at byte ${String(bytes.position)} is can't be told`);
    this.found.array(length);
    if (state.get('numpy_array_alignment_bytes')?.kind === 'number') {
      const padding = (await bytes.has(1)) ? bytes.byte() : 0;
      await bytes.skip(padding);
    }
    if (!(await bytes.skip(length)))
      throw new NoOpcode(`it ends at byte ${String(bytes.position)}, in the middle of an array: the file is cut off`);
  }

  private put(key: number): void {
    const value = this.stack.at(-1);
    this.memoized++;
    if (value === undefined || !isKept(value)) this.memo.delete(key);
    // Above it, what is fetched is not known; a name that is put together of it is told as such.
    else if (this.memo.size < MAX_MEMO || value.kind === 'global') this.memo.set(key, value);
  }

  private push(value: Value): void {
    this.stack.push(value);
  }

  private pop(): Value {
    const least = this.marks.at(-1) ?? 0;
    const value = this.stack.length > least ? this.stack.pop() : undefined;
    if (value === undefined)
      throw new NoOpcode(
        `a value is missing at byte ${String(this.opcodes.bytes.position)}: this is no pickle, or damaged`,
      );
    return value;
  }

  private popMany(count: number): Value[] {
    const values = Array.from({ length: count }, () => this.pop());
    return values.toReversed();
  }

  private popMark(): Value[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw new NoOpcode(`there is no mark for byte ${String(this.opcodes.bytes.position)}`);
    return this.stack.splice(mark);
  }
}

const numberOf = (number: number): Value =>
  Number.isFinite(number) ? { kind: 'number', number } : plain(Number.isNaN(number) ? 'nan' : 'a large number');

const textOf = (text: string, length: number): Value =>
  length > MAX_TEXT ? plain(JSON.stringify(cut(text))) : { kind: 'text', text };

function arrayBytes(dtype: Value | undefined, shape: Value | undefined): number | null {
  const [each, count] = [itemBytes(dtype), elementsOf(shape)];
  return each === null || count === null || !Number.isSafeInteger(each * count) ? null : each * count;
}

/** What a value is called, and what it keeps in plain values. */
export function outermost(value: Value): {
  readonly name: string;
  readonly settings: { key: string; value: string }[];
} {
  switch (value.kind) {
    case 'object': {
      const entries = value.state?.kind === 'dict' ? [...value.state.entries] : [];
      return { name: value.name, settings: settingsOf(entries) };
    }
    case 'dict':
      return { name: 'dict', settings: settingsOf([...value.entries]) };
    case 'text':
      return { name: 'str', settings: [] };
    case 'number':
      return { name: 'number', settings: [] };
    case 'plain':
    case 'other':
      return { name: value.word, settings: [] };
    case 'tuple':
    case 'bytes':
      return { name: value.kind, settings: [] };
    case 'global':
      return { name: value.name, settings: [] };
  }
}

function settingsOf(entries: readonly (readonly [string, Value])[]): { key: string; value: string }[] {
  return entries.flatMap(([key, value]) => {
    const word = wordOf(value);
    return word === null ? [] : [{ key: cut(key), value: cut(word) }];
  });
}
