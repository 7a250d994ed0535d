import { expect, it } from 'vitest';
import { HIGH, LOW } from '../../webview/plots/scale';
import { ROOM, scatterLayout } from '../../webview/plots/scatterLayout';

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
