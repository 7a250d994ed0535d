import { expect, it } from 'vitest';
import { HIGH, LOW } from '../../webview/plots/scale';
import { labelTops, ROOM, scatterLayout } from '../../webview/plots/scatterLayout';

const SIZE = { width: 500, height: 300 };
const NONE = { low: '', high: '' };

it('gives all of its room to numbers where there is nothing else', () => {
  const { left, top } = scatterLayout(SIZE, NONE, NONE);
  expect([left(0), left(1)]).toEqual([ROOM.left, SIZE.width - ROOM.right]);
  expect([top(0), top(1)]).toEqual([SIZE.height - ROOM.bottom, ROOM.top]);
});

it('keeps what is no number in sight, apart from the numbers', () => {
  const { left, top } = scatterLayout(SIZE, { low: 'none', high: '∞' }, { low: 'NaN', high: '∞' });
  const across = [LOW, 0, 1, HIGH].map(left);
  const down = [LOW, 0, 1, HIGH].map(top);
  expect(across).toEqual(across.toSorted((a, b) => a - b));
  expect(down).toEqual(down.toSorted((a, b) => b - a));
  for (const x of across) expect(x > ROOM.left && x < SIZE.width - ROOM.right).toBe(true);
  for (const y of down) expect(y > ROOM.top && y < SIZE.height - ROOM.bottom).toBe(true);
  expect(left(0) - left(LOW)).toBeGreaterThan(30);
  expect(top(LOW) - top(0)).toBeGreaterThan(30);
});

it('puts names beside each other that would stand on each other', () => {
  const label = (x: number, y: number, anchor: 'start' | 'end' = 'start') => ({ x, y, text: 'slow learner', anchor });
  expect(labelTops([label(0, 50), label(0, 52), label(40, 50)])).toEqual([50, 65, 37]);
  // Far enough apart, or to the other side: where they belong.
  expect(labelTops([label(0, 50), label(200, 50), label(-1, 50, 'end'), label(0, 63)])).toEqual([50, 50, 50, 63]);
});
