import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseRecord, splitJournal } from '../../src/protocol/journal';
import { flip, journalBytes } from './support';

const METRIC = ['metric', 1000, 3, { loss: 0.5 }];
const TAG = ['tag', 1001, { stage: 'val' }];
const crc = (data: Buffer): number => crc32(data);

describe('splitting a journal', () => {
  it('gives the payloads of all whole records', () => {
    const bytes = journalBytes([METRIC, TAG]);
    const piece = splitJournal(bytes, true, crc);
    expect(piece.payloads.map((payload) => parseRecord(payload))).toEqual([METRIC, TAG]);
    expect(piece).toMatchObject({ consumed: bytes.length, damage: null });
  });

  it('goes on in the middle of a file', () => {
    const bytes = journalBytes([METRIC, TAG]);
    const first = journalBytes([METRIC]).length;
    const piece = splitJournal(bytes.subarray(first), false, crc);
    expect(piece.payloads.map((payload) => parseRecord(payload))).toEqual([TAG]);
  });

  it('leaves a record whose end is missing, at every possible cut', () => {
    const bytes = journalBytes([METRIC, TAG]);
    const whole = journalBytes([METRIC]).length;
    for (let length = whole; length < bytes.length; length++) {
      const piece = splitJournal(bytes.subarray(0, length), true, crc);
      expect(piece).toMatchObject({ consumed: whole, damage: null });
      expect(piece.payloads).toHaveLength(1);
    }
  });

  it('stops at a wrong checksum and says where', () => {
    const bytes = journalBytes([METRIC, TAG]);
    flip(bytes, bytes.length - 3);
    const piece = splitJournal(bytes, true, crc);
    expect(piece.payloads).toHaveLength(1);
    expect(piece.damage).toMatch(/wrong checksum/);
  });

  it.each([0, 0xffff_ffff, 17 * 1024 * 1024])('stops at the impossible length %i', (length) => {
    const bytes = journalBytes([METRIC]);
    bytes.writeUInt32LE(length, 8);
    expect(splitJournal(bytes, true, crc).damage).toMatch(/impossible length/);
  });

  it('refuses a file that is no journal', () => {
    expect(splitJournal(Buffer.from('PK\x03\x04 something else'), true, crc).damage).toMatch(/no journal/);
  });

  it('waits for a magic that is not whole yet', () => {
    expect(splitJournal(Buffer.from('LWJ'), true, crc)).toEqual({ payloads: [], consumed: 0, damage: null });
  });
});

describe('parsing a record', () => {
  const parse = (value: unknown) => parseRecord(Buffer.from(JSON.stringify(value)));

  it.each([
    ['a plain metric', METRIC],
    ['a metric with non-finite values', ['metric', 1, 2, { a: 'NaN', b: 'Infinity', c: 1 }]],
    ['parameters', ['param', 1, 'argparse', { lr: '0.1' }]],
    ['an artifact', ['artifact', 1, { path: 'a/b.png', size: 3, kind: 'figure', name: 'b', step: 2 }]],
    ['a note', ['note', 1, 'warning', 'text']],
  ])('takes %s', (_, record) => {
    expect(parse(record)).toEqual(record);
  });

  it.each([
    ['an unknown kind', ['telemetry', 1, {}]],
    ['a metric whose value is an object', ['metric', 1, 2, { a: {} }]],
    ['a metric without a step', ['metric', 1, { a: 1 }]],
    ['no array', { metric: 1 }],
    ['a source that does not exist', ['param', 1, 'guess', { a: 'b' }]],
  ])('skips %s', (_, record) => {
    expect(parse(record)).toBeNull();
  });

  it('skips what is no JSON', () => {
    expect(parseRecord(Buffer.from('["metric", NaN'))).toBeNull();
  });
});
