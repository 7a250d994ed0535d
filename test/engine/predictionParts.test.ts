/** Which columns go into a model, which outputs belong together, and how far they are apart. */
import { describe, expect, it } from 'vitest';
import { Agreement } from '../../src/engine/predictions/agreement';
import { chooseColumns, feedsFor, textColumns } from '../../src/inference/columns';
import { differenceOf, pairOutputs } from '../../src/engine/predictions/outputs';
import type { NamedTensor, Port, Signature } from '../../src/inference/datatype';
import { shareText } from '../../src/protocol/predictionWords';

const port = (name: string, datatype: Port['datatype'], shape: Port['shape'] = ['N', 1]): Port => ({
  name,
  datatype,
  shape,
});
const signature = (inputs: readonly Port[], outputs: readonly Port[] = [], labels = {}): Signature => ({
  ...{ inputs, outputs, labels },
  unreadable: [],
});
const table = (...columns: string[]) => ({ columns, width: columns.length });
const matrix = signature([port('X', 'FP32', ['N', 2])]);
const numbers = (...data: number[]): NamedTensor => ({
  ...{ name: 'p', datatype: 'FP32', shape: [1, data.length] },
  data: Float32Array.from(data),
});

describe('the columns of a model', () => {
  it('are known by the names of its inputs, by a signature, or by their place', () => {
    const several = signature([port('land', 'BYTES'), port('age', 'FP32')]);
    const chosen = chooseColumns(table('age', 'id', 'land'), several, []);
    expect(chosen).toMatchObject({ matched: 'name', at: [2, 0] });
    expect(textColumns([chosen])).toEqual([2]);
    expect(feedsFor(chosen, table('age', 'id', 'land'), [[7n, 1, 12n]], 0)).toMatchObject([
      { name: 'land', data: ['12'] },
      { name: 'age', data: Float32Array.of(7) },
    ]);
    expect(chooseColumns({ columns: null, width: 2 }, several, [])).toMatchObject({ matched: 'position', at: [0, 1] });
    expect(chooseColumns(table('y', 'b', 'a'), matrix, [['a', 'b']])).toMatchObject({
      matched: 'signature',
      at: [2, 1],
    });
    expect(chooseColumns(table('p', 'q'), matrix, [['a', 'b']])).toMatchObject({ matched: 'position', at: [0, 1] });
  });

  it('are named where they are missing, and cells by their row in the whole table', () => {
    expect(() => chooseColumns(table('y', 'b'), matrix, [['a', 'b']])).toThrow('Missing columns: "a".');
    expect(() => chooseColumns(table('p', 'q', 'r'), matrix, [])).toThrow('It takes 2 columns');
    const chosen = chooseColumns(table('p', 'q'), matrix, []);
    const wrong = () => feedsFor(chosen, table('p', 'q'), [[1, 'two']], 256);
    expect(wrong).toThrow('Row 257: "q" takes FP32; "two" is none.');
  });
});

describe('outputs', () => {
  it('belong together by name, else by kind; classes in another order are put in order', () => {
    const left = signature([], [port('label', 'INT64'), port('p', 'FP32')], { p: ['a', 'b'] });
    const right = signature([], [port('score', 'FP32'), port('class', 'BYTES'), port('extra', 'FP32')], {
      score: ['b', 'a'],
    });
    const { pairs, leftOut } = pairOutputs(left, right, ['v1', 'v2']);
    expect(pairs).toEqual([
      { names: ['label', 'class'], at: [0, 1], kind: 'class', order: null },
      { names: ['p', 'score'], at: [1, 0], kind: 'number', order: [1, 0] },
    ]);
    expect(leftOut).toEqual(['extra (only v2 has it)']);
    const [, probabilities] = pairs;
    if (!probabilities) throw new Error('there are two');
    expect(differenceOf(probabilities, numbers(0.25, 0.75), numbers(0.75, 0.25), 0)).toMatchObject({ differs: false });
  });

  it('are infinitely far where one is no number, and as large numbers by their share', () => {
    const pair = { names: ['p', 'p'], at: [0, 0], kind: 'number', order: null } as const;
    expect(differenceOf(pair, numbers(NaN, 1), numbers(NaN, 1), 0)).toMatchObject({ differs: false, largest: 0 });
    expect(differenceOf(pair, numbers(NaN, 1), numbers(0, 1.5), 1)).toMatchObject({
      differs: true,
      largest: Infinity,
      sum: 0.5,
    });
    expect(differenceOf(pair, numbers(1000), numbers(1000.05), 1e-4).differs).toBe(false);
    expect(differenceOf(pair, numbers(0.1), numbers(0.2), 0.05).differs).toBe(true);
  });

  it('of rows keep those that differ the most, other classes before other numbers', () => {
    const label = { names: ['c', 'c'], at: [0, 0], kind: 'class', order: null } as const;
    const p = { names: ['p', 'p'], at: [1, 1], kind: 'number', order: null } as const;
    const agreement = new Agreement([label, p], 1e-4);
    const said = (of: number, number: number): NamedTensor[] => [
      { name: 'c', datatype: 'INT64', shape: [1], data: BigInt64Array.of(BigInt(of)) },
      numbers(number),
    ];
    for (let at = 0; at < 200; at++) agreement.add([at], said(1, 0), said(1, at / 1000));
    agreement.add(['other'], said(1, 0.5), said(2, 0.5));
    const { agree, rows, outputs } = agreement.result();
    expect([agree, rows.total, rows.items.length]).toEqual([200, 200, 50]);
    expect(rows.items.slice(0, 2).map(({ row, inputs }) => [row, inputs[0]])).toEqual([
      [201, 'other'],
      [200, '199'],
    ]);
    expect(outputs[1]?.largestDifference).toBeCloseTo(0.199, 5);
    expect([shareText(9999, 10_000), shareText(1, 10_000), shareText(1, 2)]).toEqual([
      'more than 99.9 %',
      'less than 0.1 %',
      '50 %',
    ]);
  });
});
