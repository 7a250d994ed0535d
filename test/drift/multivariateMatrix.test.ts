/** Matrices, and the bins that trees see of them. */
import { describe, expect, it } from 'vitest';
import { binned, MISSING } from '../../src/drift/multivariate/bins';
import {
  orderEncoded,
  imputed,
  matrixOf,
  sampledRows,
  scalingOf,
  stacked,
  standardised,
} from '../../src/drift/multivariate/matrix';
import { randomFrom } from '../../src/drift/random';
import { normals, rowsOf } from './samplesOfChance';

describe('a matrix', () => {
  it('is scaled by the reference, whatever its magnitude', () => {
    const reference = matrixOf([[1e308, 5e-324, NaN], [-1e308, 0, 2], [0, 5e-324, 4]]); // prettier-ignore
    const scaling = scalingOf(reference);
    expect(Array.from(scaling.means)).toEqual([0, expect.any(Number), 3]);
    expect(scaling.deviations[0]).toBeCloseTo(1e308 * Math.sqrt(2 / 3), -295);
    expect(scaling.deviations[2]).toBe(1);
    const full = imputed(reference, scaling.means);
    expect(full.data[2]).toBe(3);
    expect(standardised(matrixOf([[0, 0, 5]]), { ...scaling, deviations: Float64Array.of(1, 0, 0.5) })).toEqual({
      ...{ rows: 1, columns: 2, data: Float64Array.of(0, 4) },
    });
  });

  it('keeps the rows of a sample in their order', () => {
    const sample = sampledRows(matrixOf(rowsOf(1000, 1, (_, at) => [at])), 100, randomFrom(1));
    expect(sample.rows).toBe(100);
    expect(Array.from(sample.data)).toEqual([...new Set(sample.data)].toSorted((one, other) => one - other));
  });

  it('is not made of rows of different lengths, nor put on one of other columns', () => {
    expect(() => matrixOf([[1, 2], [3]])).toThrow('Row 1 has 1 values, not 2.');
    expect(() => stacked(matrixOf([[1]]), matrixOf([[1, 2]]))).toThrow(RangeError);
  });

  it('has categories as shares of the reference', () => {
    const { reference, current } = orderEncoded(['a', 'a', 'b', null, 'a'], ['b', 'c', null]);
    expect(Array.from(reference)).toEqual([0.25, 0.25, 4 / 6, NaN, 0.25]);
    expect(Array.from(current)).toEqual([4 / 6, 5.5 / 6, NaN]);
  });
});

describe('bins', () => {
  it('are the values where those are few', () => {
    const { codes, bins, hasMissing } = binned(matrixOf([[3], [-1], [NaN], [3], [7]]), 255);
    expect([...codes, ...bins, ...hasMissing]).toEqual([1, 0, MISSING, 1, 2, 3, true]);
  });

  it('have about equally many rows where they are many, and equal values are in the same one', () => {
    const rows = [...normals(10_000, 1, 1), ...rowsOf(2000, 1, () => [0.123])];
    const { codes, bins } = binned(matrixOf(rows), 100);
    const counts = new Map<number, number>();
    for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
    expect(bins[0]).toBeLessThanOrEqual(100);
    expect(bins[0]).toBeGreaterThan(80);
    expect(counts.size).toBe(bins[0]);
    expect([...counts.values()].filter((count) => count > 240)).toHaveLength(1);
    expect(new Set(codes.slice(10_000)).size).toBe(1);
  });
});
