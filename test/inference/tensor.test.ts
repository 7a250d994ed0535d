import { describe, expect, it } from 'vitest';
import { bytesOfTensor, tensorOfBytes } from '../../src/inference/bytes';
import type { Datatype } from '../../src/inference/datatype';
import { halfOf, ofHalf } from '../../src/inference/half';
import { parseJson } from '../../src/inference/json';
import { flatText, nestedText, tensorOf } from '../../src/inference/tensor';
import { Random } from '../support/random';

const exact = { exactIntegers: true };

describe('values of tensors', () => {
  it.each<[Datatype, string, string]>([
    ['BOOL', '[true,false,1,0]', '[true,false,true,false]'],
    ['INT8', '[-128,127]', '[-128,127]'],
    ['UINT8', '[0,255]', '[0,255]'],
    ['UINT32', '[4294967295]', '[4294967295]'],
    ['INT64', '[9007199254740993,-9223372036854775808,7]', '[9007199254740993,-9223372036854775808,7]'],
    ['UINT64', '[18446744073709551615]', '[18446744073709551615]'],
    ['FP64', '[0.1,-0.0,1e999,null]', '[0.1,-0.0,Infinity,null]'],
    ['FP32', '[0.5,NaN,-Infinity]', '[0.5,null,-Infinity]'],
    ['FP16', '[1.5,65504,0.1]', '[1.5,65504,0.0999755859375]'],
    ['BYTES', '["a","\\u0000\\"é","NaN"]', '["a","\\u0000\\"é","NaN"]'],
  ])('%s %s', (datatype, given, told) => {
    const data = parseJson(given, exact);
    const tensor = tensorOf(datatype, [(data as unknown[]).length], data, 'x');
    expect(flatText(tensor)).toBe(told);
    const again = tensorOfBytes(datatype, tensor.shape, bytesOfTensor(tensor), 'x');
    expect(flatText(again)).toBe(told);
  });

  it.each<[Datatype, number[], unknown, string]>([
    ['INT8', [1], [128], '"x" takes INT8; 128 is none.'],
    ['INT32', [1], [1.5], '"x" takes INT32; 1.5 is none.'],
    ['INT32', [1], [null], '"x" takes INT32; null is none.'],
    ['UINT64', [1], [-1], '"x" takes UINT64; -1 is none.'],
    ['FP32', [1], ['1'], '"x" takes FP32; "1" is none.'],
    ['BYTES', [1], [1], '"x" takes BYTES; 1 is none.'],
    ['FP32', [2, 2], [1, 2, 3], 'does not have the shape [2, 2]'],
    ['FP32', [2, 2], [[1, 2], [3]], 'a list at depth 2 has 1 values'],
    ['FP32', [2], [1, { a: 1 }], '"x" takes FP32; an object is none.'],
    ['FP32', [-1], [1], 'has -1, which is no size'],
    ['FP32', [1e9, 1e9], [1], 'are taken.'],
    ['FP32', [0, 1e9], [], 'are taken.'],
  ])('refuses %s %j %j', (datatype, shape, data, why) => {
    expect(() => tensorOf(datatype, shape, data, 'x')).toThrow(why);
  });

  it('takes and gives lists in lists', () => {
    const tensor = tensorOf('INT32', [2, 1, 2], [[[1, 2]], [[3, 4]]], 'x');
    expect([flatText(tensor), nestedText(tensor)]).toEqual(['[1,2,3,4]', '[[[1,2]],[[3,4]]]']);
    expect(nestedText(tensorOf('INT32', [0, 3], [], 'x'))).toBe('[]');
    expect(nestedText(tensorOf('INT32', [], 5, 'x'))).toBe('5');
  });

  it('refuses what is nested without end, and what is no JSON', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(() => tensorOf('FP32', [1], parseJson(deep, { exactIntegers: false }), 'x')).toThrow('nested too deep');
    expect(() => parseJson('{"a": 1,}', exact)).toThrow('The body is not JSON');
    expect(parseJson('{"a": "say NaN, \\"Infinity\\"", "b": NaN}', exact)).toEqual({
      a: 'say NaN, "Infinity"',
      b: null,
    });
  });
});

describe('numbers of 16 bits', () => {
  // Node's own array of them, where there is one, is what they are compared with.
  const Native = (
    globalThis as { Float16Array?: new (values: number[]) => ArrayLike<number> & { buffer: ArrayBuffer } }
  ).Float16Array;

  it.skipIf(Native === undefined)('are those of the machine', () => {
    if (!Native) return;
    const others: number[] = [];
    for (let half = 0; half < 65_536; half++) {
      const value = new Native([0]);
      new Uint16Array(value.buffer)[0] = half;
      if (!Object.is(ofHalf(half), value[0])) others.push(half);
    }
    const random = new Random(3);
    for (let round = 0; round < 20_000; round++) {
      const number = random.next() * 2 ** (random.below(40) - 26) * (random.below(2) < 1 ? -1 : 1);
      if (halfOf(number) !== new Uint16Array(new Native([number]).buffer)[0]) others.push(number);
    }
    expect(others).toEqual([]);
  });
});

describe('the binary tensor extension', () => {
  it('has texts behind their lengths', () => {
    // What tritonclient sends for the texts "a" and "bcd".
    const bytes = Buffer.from('010000006103000000626364', 'hex');
    const tensor = tensorOfBytes('BYTES', [2], bytes, 's');
    expect([tensor.data, bytesOfTensor(tensor).equals(bytes)]).toEqual([['a', 'bcd'], true]);
  });

  it.each<[Datatype, number[], string, string]>([
    ['BYTES', [2], '0100000061', 'has 1 texts'],
    ['BYTES', [1], '0500000061', 'are cut off'],
    ['BYTES', [1], '01000000ff', 'is not UTF-8'],
    ['BYTES', [1], '010000006101000000', 'are cut off'],
    ['FP32', [2], '00000000', 'has 4 bytes'],
  ])('refuses %s %j %s', (datatype, shape, hex, why) => {
    expect(() => tensorOfBytes(datatype, shape, Buffer.from(hex, 'hex'), 's')).toThrow(why);
  });
});
