import { describe, expect, it } from 'vitest';
import { Rivals } from '../../src/extension/panels/rivals';

describe('the runs drawn beside the one of a page', () => {
  it('are counted as they change, and no others', () => {
    const rivals = new Rivals();
    rivals.watch('a');
    rivals.watch('b');
    expect(rivals.note(['b', 'other'])).toBe(true);
    expect(rivals.note(['other'])).toBe(false);
    expect(rivals.note('all')).toBe(true);
    expect(rivals.changes).toEqual({ a: 1, b: 2 });
  });

  it('keep their count when they are drawn again', () => {
    const rivals = new Rivals();
    rivals.watch('a');
    rivals.note(['a']);
    rivals.watch('a');
    expect(rivals.changes).toEqual({ a: 1 });
  });

  it('are forgotten where there are many, those first that were drawn longest ago', () => {
    const rivals = new Rivals();
    for (let n = 0; n < 40; n++) rivals.watch(String(n));
    rivals.watch('0');
    rivals.watch('new');
    expect(Object.keys(rivals.changes)).toHaveLength(40);
    expect(rivals.changes).toHaveProperty('0');
    expect(rivals.changes).not.toHaveProperty('1');
  });
});
