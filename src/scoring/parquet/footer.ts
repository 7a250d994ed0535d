/**
 * Parquet files of the same columns put one behind the other without being read: their row groups are moved as they are, and what a
 * footer tells of where they stand is told anew. Fields by https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
 */
import {
  fieldHead,
  type Field,
  type List,
  listHead,
  readStruct,
  type Struct,
  TYPE,
  type Value,
  writeStruct,
} from './thrift';

/** What a Parquet file begins and ends with. */
export const MAGIC = Buffer.from('PAR1');
const TAIL_BYTES = 8;

const FILE_ROWS = 3;
const FILE_GROUPS = 4;
const GROUP_COLUMNS = 1;
const GROUP_ROWS = 3;
const GROUP_OFFSET = 5;
/** Its number in the file, which it need not have. */
const GROUP_ORDINAL = 7;
const CHUNK_OFFSET = 2;
const CHUNK_META = 3;
/** Of the page indexes. */
const CHUNK_INDEXES: readonly number[] = [4, 6];
/** Of its pages, its dictionary and its bloom filter. */
const META_OFFSETS: readonly number[] = [9, 10, 11, 14];

export interface Moved {
  /** All of the file between its first bytes and its footer. */
  readonly body: Buffer;
  /** What a footer tells of its row groups where the body stands at its new place. */
  readonly groups: Buffer;
  readonly count: number;
  readonly rows: number;
  /** The rest of its footer. */
  readonly frame: Buffer;
}

/** @param at where the body is to stand. @throws RangeError for what is no Parquet file */
export function moved(file: Buffer, at: number): Moved {
  const size = file.readUInt32LE(file.length - TAIL_BYTES);
  const end = file.length - TAIL_BYTES - size;
  const fields = readStruct(file.subarray(end, file.length - TAIL_BYTES));
  const by = BigInt(at - MAGIC.length);
  const groups = listOf(fields, FILE_GROUPS).items.map((group) => group as Struct);
  return {
    body: file.subarray(MAGIC.length, end),
    groups: Buffer.concat(groups.map((group) => writeStruct(movedGroup(group, by)))),
    count: groups.length,
    rows: groups.reduce((sum, group) => sum + Number(group.find(({ id }) => id === GROUP_ROWS)?.value ?? 0n), 0),
    frame: writeStruct(fields.filter(({ id }) => id !== FILE_GROUPS)),
  };
}

/** The footer of all, with the bytes at the very end. @param frame of any of them. @param groups of all, one behind the other */
export function footerOf(frame: Buffer, groups: Buffer, count: number, rows: number): Buffer {
  const fields = readStruct(frame).map((field) => (field.id === FILE_ROWS ? { ...field, value: BigInt(rows) } : field));
  const before = fields.filter(({ id }) => id < FILE_GROUPS);
  const behind = fields.filter(({ id }) => id > FILE_GROUPS);
  const footer = Buffer.concat([
    // Without the byte that ends a struct.
    writeStruct(before).subarray(0, -1),
    fieldHead(FILE_GROUPS, TYPE.list, FILE_ROWS),
    listHead(TYPE.struct, count),
    groups,
    behindGroups(behind),
  ]);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(footer.length);
  return Buffer.concat([footer, tail, MAGIC]);
}

/** As `writeStruct`, but the first of them is told by how far it is behind the row groups. */
function behindGroups(fields: Struct): Buffer {
  const [first] = fields;
  if (!first) return Buffer.from([0]);
  const alone = writeStruct(fields);
  return Buffer.concat([
    fieldHead(first.id, first.type, FILE_GROUPS),
    alone.subarray(fieldHead(first.id, first.type, 0).length),
  ]);
}

const movedGroup = (group: Struct, by: bigint): Struct =>
  group
    .filter(({ id }) => id !== GROUP_ORDINAL)
    .map((field) => {
      if (field.id === GROUP_OFFSET) return shifted(field, by);
      if (field.id !== GROUP_COLUMNS) return field;
      const { of, items } = field.value as List;
      return { ...field, value: { of, items: items.map((chunk) => movedChunk(chunk as Struct, by)) } };
    });

const movedChunk = (chunk: Struct, by: bigint): Struct =>
  chunk.map((field) => {
    if (field.id === CHUNK_META)
      return {
        ...field,
        value: (field.value as Struct).map((one) => (META_OFFSETS.includes(one.id) ? shifted(one, by) : one)),
      };
    return field.id === CHUNK_OFFSET || CHUNK_INDEXES.includes(field.id) ? shifted(field, by) : field;
  });

/** Nothing is told by 0 where there is nothing: a body does not begin there. */
const shifted = (field: Field, by: bigint): Field =>
  field.value === 0n ? field : { ...field, value: (field.value as bigint) + by };

function listOf(fields: Struct, id: number): List {
  const value: Value | undefined = fields.find((field) => field.id === id)?.value;
  if (typeof value !== 'object' || !('items' in value)) throw new RangeError(`Its footer has no list ${String(id)}.`);
  return value;
}
