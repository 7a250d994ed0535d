/** What a page gets of a report of thousands of features: pieces that each fit into a message. */
import { expect, it } from 'vitest';
import { driftPagesOf } from '../../src/drift/page';
import type { DriftFeature, DriftReport } from '../../src/protocol/drift';

const side = { rows: 1000, missing: 0, distinct: null, numbers: null };
const feature = (at: number): DriftFeature => ({
  ...{
    name: `Größe der Prüfung №${String(at)}`,
    type: 'number',
    role: 'feature',
    drift: false,
    needs: 'all',
    tests: [],
  },
  ...{ effect: null, importance: null, words: 'sie blieb', reference: side, current: side },
  shares: {
    ...{ kind: 'numbers', edges: Array.from({ length: 41 }, (_, edge) => edge / 3) },
    reference: Array.from({ length: 40 }, (_, bin) => (bin + 1) / 820),
    current: Array.from({ length: 40 }, (_, bin) => (40 - bin) / 820),
    outside: { reference: 0.01, current: 0.01 },
  },
  ...{ appeared: null, vanished: null, notes: [] },
});

const reportOf = (count: number): DriftReport => ({
  ...{ drift: false, share: 0, sentence: '', rows: { reference: 1000, current: 1000 }, seconds: 1 },
  ...{ reference: { label: 'a', path: '/a' }, current: { label: 'b', path: '/b' }, rules: 'loopwright' },
  ...{ false_alarms: 0.05, left: [], whole: [], notes: [], settings: {}, from_file: [] },
  features: Array.from({ length: count }, (_, at) => feature(at)),
});

it('a few features are one piece, with their shares as exact as they are drawn', () => {
  const [page, ...others] = driftPagesOf(reportOf(3));
  expect([page.features.length, page.parts, page.omitted, others]).toEqual([3, 0, 0, []]);
  const [first] = page.features;
  expect(first?.shares?.kind === 'numbers' && first.shares.reference.slice(0, 2)).toEqual([0.00122, 0.002439]);
});

it.each([
  [3000, 0],
  [20_000, 9000],
])('of %d features every piece fits, in their order, and no more than ten are made', (count, leastOmitted) => {
  const [page, ...others] = driftPagesOf(reportOf(count));
  expect([page.parts, others.length < 10]).toEqual([others.length, true]);
  for (const piece of [page, ...others]) expect(Buffer.byteLength(JSON.stringify(piece))).toBeLessThan(1_000_000);
  const names = [page.features, ...others].flat().map(({ name }) => name);
  expect(names).toEqual(Array.from({ length: names.length }, (_, at) => feature(at).name));
  expect(names.length + page.omitted).toBe(count);
  expect(page.omitted).toBeGreaterThanOrEqual(leastOmitted);
  if (leastOmitted === 0) expect(page.omitted).toBe(0);
});
