import { expect, it } from 'vitest';
import { DoubleClicks } from '../../src/extension/views/runs/doubleClicks';

it('two clicks on a row soon after each other belong together, a third one is a first again', () => {
  const clicks = new DoubleClicks();
  expect([0, 300, 500, 1001].map((atMs) => clicks.isSecond('a', atMs))).toEqual([false, true, false, false]);
  expect(clicks.isSecond('b', 1100)).toBe(false);
  expect(clicks.isSecond('a', 1200)).toBe(false);
});
