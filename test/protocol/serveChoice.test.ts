/** Which way to serve follows from what is asked for and what was measured. */
import { expect, it } from 'vitest';
import {
  choiceHeadline,
  chooseServing,
  figureRows,
  type ServeFigures,
  type ServeWishes,
} from '../../src/protocol/serveChoice';

const FIGURES: ServeFigures = {
  loadMs: 500,
  answersTogether: true,
  embedded: { p50Ms: 0.1, p95Ms: 0.2, rowsPerSecond: 8_000, together: { rows: 64, rowsPerSecond: 90_000 } },
  rest: {
    one: { connections: 1, p50Ms: 1, p95Ms: 3, rowsPerSecond: 800 },
    several: { connections: 8, p50Ms: 4, p95Ms: 12, rowsPerSecond: 2_000 },
  },
  batch: { rows: 400_000, rowsInRun: 4_096, rowsPerSecond: 200_000 },
};
const choose = (wishes: Partial<ServeWishes>, figures = FIGURES) =>
  chooseServing({ latencyMs: null, rowsPerDay: null, freshness: 'seconds', ...wishes }, figures);

it('takes a batch where nobody waits, and says how long the rows of a day take', () => {
  const choice = choose({ freshness: 'days', rowsPerDay: 12_000_000 });
  expect(choice).toMatchObject({ way: 'batch', holds: true });
  expect(choice.reasons.join(' ')).toContain('The 12\u2009000\u2009000 rows of a day take 1m 1s here');
  expect(choose({ freshness: 'hours' })).toMatchObject({ way: 'batch', holds: true });
});

it('says so where a batch does not get through in time', () => {
  const slow = { ...FIGURES, batch: { rows: 10, rowsInRun: 1, rowsPerSecond: 10 } };
  // 864 000 rows take a day at 10 a second, and then the model has to be loaded.
  expect(choose({ freshness: 'days', rowsPerDay: 860_000 }, slow)).toMatchObject({ way: 'batch', holds: true });
  const late = choose({ freshness: 'days', rowsPerDay: 864_000 }, slow);
  expect(late).toMatchObject({ way: 'batch', holds: false });
  expect(choiceHeadline(late)).toBe('None of them holds what is asked for; Batch comes nearest');
});

it('takes REST where it holds the bound and carries the rows', () => {
  expect(choose({})).toMatchObject({ way: 'rest', holds: true });
  expect(choose({ freshness: 'minutes' })).toMatchObject({ way: 'rest', holds: true });
  expect(choose({ latencyMs: 3 })).toMatchObject({ way: 'rest', holds: true });
  const carried = choose({ latencyMs: 12, rowsPerDay: 86_400 * 1_500 });
  expect(carried).toMatchObject({ way: 'rest', holds: true });
  expect(carried.reasons[0]).toBe('REST took 12 ms (p95, 8 connections at once), within 12 ms.');
});

it('goes by how long it takes under the load that there is', () => {
  // One connection holds 5 ms, and carries only 800 rows a second.
  expect(choose({ latencyMs: 5, rowsPerDay: 86_400 * 700 })).toMatchObject({ way: 'rest' });
  expect(choose({ latencyMs: 5, rowsPerDay: 86_400 * 900 })).toMatchObject({ way: 'embedded', holds: true });
});

it('takes the model into the process where REST is too slow or carries too little', () => {
  const fast = choose({ latencyMs: 1, freshness: 'hours' });
  expect(fast).toMatchObject({ way: 'embedded', holds: true });
  expect(fast.reasons).toEqual([
    'REST took 3 ms (p95, one connection), more than 1 ms.',
    'Embedded a row took 0.2 ms (p95), within 1 ms.',
    'That an answer may be hours old counts for nothing where somebody waits for it.',
  ]);
  expect(choose({ rowsPerDay: 86_400 * 5_000 })).toMatchObject({ way: 'embedded', holds: true });
});

it('says that none of them holds a bound that running the model alone breaks, or a load that none carries', () => {
  const late = choose({ latencyMs: 0.1 });
  expect(late).toMatchObject({ way: 'embedded', holds: false });
  expect(late.reasons.at(-1)).toContain('None holds 0.1 ms here: embedded a row took 0.2 ms (p95)');
  const much = choose({ latencyMs: 5, rowsPerDay: 86_400 * 9_000 });
  expect(much).toMatchObject({ way: 'embedded', holds: false });
  expect(much.reasons.at(-1)).toContain('None keeps up here: embedded it did 8\u2009000 rows/s');
});

it('shows all figures, and no row for what was not measured', () => {
  const wishes: ServeWishes = { latencyMs: null, rowsPerDay: 864_000, freshness: 'days' };
  const rows = figureRows(wishes, FIGURES);
  expect(rows[0]).toEqual(['Embedded, one row', '0.1 ms', '0.2 ms', '8\u2009000', '1m 49s']);
  expect(rows.map(([way]) => way)).toContain('Embedded, 64 rows');
  const alone = { ...FIGURES, embedded: { ...FIGURES.embedded, together: null } };
  expect(figureRows({ ...wishes, rowsPerDay: null }, alone)).toHaveLength(4);
});
