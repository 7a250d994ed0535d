import { describe, expect, it } from 'vitest';
import { distributionOf } from '../../src/scoring/distribution';

describe('of numbers', () => {
  const some = Array.from({ length: 1000 }, (_, at) => at / 1000);

  it('bins lie between what nearly all are, on both sides the same', () => {
    const of = distributionOf(
      'p',
      true,
      [...some.map(String), '1e9', ''],
      some.map((value) => value + 1),
    );
    if (of?.kind !== 'numbers') throw new Error('It is of numbers.');
    expect([of.edges.length, of.edges[0], of.edges.at(-1)]).toEqual([21, 0.005, expect.closeTo(1.995) as number]);
    expect(of.scored.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(of.scored.slice(0, 10).every((share) => share > 0.04)).toBe(true);
    expect(of.training?.slice(10).every((share) => share > 0.04)).toBe(true);
    expect(of.median).toEqual({ scored: 0.5, training: 1.5 });
  });

  it('all the same are in one bin; none that is finite is nothing', () => {
    const of = distributionOf('p', true, [3, 3, 3], []);
    expect(of).toMatchObject({ median: { scored: 3, training: null }, training: null });
    expect(of?.kind === 'numbers' && of.scored.filter((share) => share > 0)).toEqual([1]);
    expect(distributionOf('p', true, ['nan', null, 'inf', ''], null)).toBeNull();
  });
});

describe('of classes', () => {
  it('the most frequent come first, with what only the other side has', () => {
    expect(distributionOf('label', false, ['a', 'a', 'a', 'b'], ['b', 'c'])).toEqual({
      kind: 'classes',
      column: 'label',
      values: [
        { value: 'a', scored: 0.75, training: 0 },
        { value: 'b', scored: 0.25, training: 0.5 },
        { value: 'c', scored: 0, training: 0.5 },
      ],
      others: null,
    });
  });

  it('rare ones are told of together', () => {
    const of = distributionOf(
      'label',
      false,
      Array.from({ length: 100 }, (_, at) => String(at % 20)),
      null,
    );
    if (of?.kind !== 'classes') throw new Error('It is of classes.');
    expect(of.values).toHaveLength(12);
    expect(of.others).toEqual({ scored: expect.closeTo(0.4) as number, training: null });
  });
});
