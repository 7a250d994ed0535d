/**
 * Messages of protobuf, as tables of their fields. A message has the fields that are served; others that come are stepped over.
 * What is left out has its type's zero, and is not written.
 */
import { Refused } from '../../inference/refused';
import { Growing, type Kind, type Numbers } from './lists';
import { BYTES, Reader, VARINT, Writer } from './wire';

/** Of what makes an object for each: far more than a model has, and a message of two bytes each could name millions. */
const MAX_ITEMS = 10_000;

/** A field that is being read: it may come in parts. */
interface Reading<T> {
  read(reader: Reader): void;
  done(): T;
}

interface Field<T> {
  readonly number: number;
  /** As `.proto` files have it. */
  readonly type: string;
  readonly isRepeated: boolean;
  takes(wire: number): boolean;
  /** Where it is left out. */
  initial(): T;
  begin(): Reading<T>;
  write(writer: Writer, value: T): void;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type Read<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

export interface Message<T> {
  readonly name: string;
  readonly fields: Fields;
  /** @throws Refused */
  decode(bytes: Buffer): T;
  encode(value: Partial<T>): Buffer;
  /** The rest of it has its zeros. */
  of(value: Partial<T>): T;
  begin(): Reading<T>;
  write(writer: Writer, value: Partial<T>): void;
}
export type Of<M> = M extends Message<infer T> ? T : never;

export function message<F extends Fields>(name: string, fields: F): Message<Read<F>> {
  const entries = Object.entries<Field<unknown>>(fields);
  const byNumber = new Map(entries.map((entry) => [entry[1].number, entry]));
  const whole = (found: (key: string) => unknown): Read<F> =>
    Object.fromEntries(entries.map(([key, field]) => [key, found(key) ?? field.initial()])) as Read<F>;
  const begin = (): Reading<Read<F>> => {
    const readings = new Map<string, Reading<unknown>>();
    return {
      read: (reader) => {
        while (reader.next()) {
          const [key, field] = byNumber.get(reader.field) ?? [];
          if (key === undefined || !field?.takes(reader.wire)) {
            reader.skip();
            continue;
          }
          let reading = readings.get(key);
          if (!reading) readings.set(key, (reading = field.begin()));
          reading.read(reader);
        }
      },
      done: () => whole((key) => readings.get(key)?.done()),
    };
  };
  const write = (writer: Writer, value: Partial<Read<F>>): void => {
    for (const [key, field] of entries) if (value[key] !== undefined) field.write(writer, value[key]);
  };
  return {
    ...{ name, fields, begin, write },
    of: (value) => whole((key) => value[key]),
    decode: (bytes) => {
      const reading = begin();
      reading.read(new Reader(bytes));
      return reading.done();
    },
    encode: (value) => {
      const writer = new Writer();
      write(writer, value);
      return writer.finish();
    },
  };
}

interface Scalar<T> {
  readonly type: string;
  readonly wire: number;
  readonly zero: T;
  readonly read: (reader: Reader) => T;
  readonly write: (writer: Writer, value: T) => void;
}

const BOOL: Scalar<boolean> = {
  ...{ type: 'bool', wire: VARINT, zero: false },
  read: (reader) => reader.bool(),
  write: (writer, value) => writer.uint32(Number(value)),
};
const ENUM: Scalar<number> = {
  ...{ type: 'enum', wire: VARINT, zero: 0 },
  read: (reader) => reader.int32(),
  write: (writer, value) => writer.uint32(value),
};
const INT64: Scalar<bigint> = {
  ...{ type: 'int64', wire: VARINT, zero: 0n },
  read: (reader) => reader.int64(),
  write: (writer, value) => writer.int64(value),
};
const STRING: Scalar<string> = {
  ...{ type: 'string', wire: BYTES, zero: '' },
  read: (reader) => reader.text(),
  write: (writer, value) => writer.text(value),
};
/** What is `bytes` on the wire, where models have texts alone. */
const TEXT: Scalar<string> = { ...STRING, type: 'bytes' };
const BUFFER: Scalar<Buffer> = {
  ...{ type: 'bytes', wire: BYTES, zero: Buffer.alloc(0) },
  read: (reader) => reader.bytes(),
  write: (writer, value) => writer.bytes(value),
};

const single =
  <T>({ type, wire, zero, read, write }: Scalar<T>) =>
  (number: number): Field<T> => ({
    ...{ number, type, isRepeated: false },
    takes: (one) => one === wire,
    initial: () => zero,
    begin: () => {
      let last = zero;
      return { read: (reader) => void (last = read(reader)), done: () => last };
    },
    write: (writer, value) => {
      if (value === zero) return;
      writer.tag(number, wire);
      write(writer, value);
    },
  });

const several =
  <T>({ type, wire, read, write }: Omit<Scalar<T>, 'zero'>, most: number) =>
  (number: number): Field<T[]> => ({
    ...{ number, type, isRepeated: true },
    takes: (one) => one === wire,
    initial: () => [],
    begin: () => {
      const items: T[] = [];
      return {
        read: (reader) => {
          if (items.length >= most) throw tooMany();
          items.push(read(reader));
        },
        done: () => items,
      };
    },
    write: (writer, values) => {
      for (const value of values) {
        writer.tag(number, wire);
        write(writer, value);
      }
    },
  });

export const bool = single(BOOL);
export const enumeration = single(ENUM);
export const int64 = single(INT64);
export const string = single(STRING);
export const bytes = single(BUFFER);
export const strings = several(STRING, MAX_ITEMS);
export const buffers = several(BUFFER, MAX_ITEMS);
/** The values of a tensor: as many as a message can have. */
export const texts = several(TEXT, Infinity);

export const numbers = <T extends Numbers>(number: number, kind: Kind<T>): Field<T> => ({
  ...{ number, type: kind.type, isRepeated: true },
  takes: (wire) => wire === kind.wire || wire === BYTES,
  initial: () => kind.over(new ArrayBuffer(0)),
  begin: () => new Growing(kind),
  write: (writer, value) => {
    if (value.length === 0) return;
    writer.tag(number, BYTES);
    writer.bytes(kind.packed(value));
  },
});

/** Left out, it is undefined. */
export const one = <T>(number: number, inner: Message<T>): Field<T | undefined> => ({
  ...{ number, type: inner.name, isRepeated: false },
  takes: isBytes,
  initial: () => undefined,
  begin: () => {
    // One that comes twice is one message.
    const reading = inner.begin();
    return { read: (reader) => reading.read(reader.inner()), done: () => reading.done() };
  },
  write: (writer, value) => {
    if (value === undefined) return;
    writer.tag(number, BYTES);
    writer.inner((to) => inner.write(to, value));
  },
});

export const many = <T>(number: number, inner: Message<T>): Field<T[]> =>
  several<T>(
    {
      ...{ type: inner.name, wire: BYTES },
      read: (reader) => inner.decode(reader.bytes()),
      write: (writer, value) => writer.inner((to) => inner.write(to, value)),
    },
    MAX_ITEMS,
  )(number);

/** A map with texts for keys, which may be any: no object. */
export function map<T>(number: number, inner: Message<T>): Field<ReadonlyMap<string, T>> {
  const entry = message('', { key: string(1), value: one(2, inner) });
  return {
    ...{ number, type: `map<string, ${inner.name}>`, isRepeated: true },
    takes: isBytes,
    initial: () => new Map(),
    begin: () => {
      const items = new Map<string, T>();
      return {
        read: (reader) => {
          const { key, value } = entry.decode(reader.bytes());
          if (items.size >= MAX_ITEMS) throw tooMany();
          items.set(key, value ?? inner.of({}));
        },
        done: () => items,
      };
    },
    write: (writer, items) => {
      for (const [key, value] of items) {
        writer.tag(number, BYTES);
        writer.inner((to) => entry.write(to, { key, value }));
      }
    },
  };
}

const isBytes = (wire: number): boolean => wire === BYTES;
const tooMany = (): Refused => new Refused(`The request has more than ${String(MAX_ITEMS)} of one thing.`);
