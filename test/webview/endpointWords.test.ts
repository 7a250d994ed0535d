import { describe, expect, it } from 'vitest';
import type { ToldEndpoint } from '../../src/protocol/endpoints';
import { settingsOf } from '../../webview/endpoint/words';
import { someEndpoint } from './fixtures/endpointHost';

type Tuning = ToldEndpoint['tuning'];

const setting = (
  key: string,
  batches: ToldEndpoint['batches'],
  tuning: Tuning,
  asked: Partial<{ threads: number; batchRows: number }> = {},
) => {
  const { model } = someEndpoint();
  const told = model.told && { ...model.told, batches, tuning };
  const found = settingsOf({ ...model, told, endpoint: { ...model.endpoint, ...asked } }).find(
    (one) => one.key === key,
  );
  return `${found?.value ?? ''}: ${found && 'hint' in found ? found.hint : ''}`;
};

describe('what is said of how a model is run', () => {
  const one = { threads: 1, batchRows: 1, tried: [{ threads: 1, rows: 1, ms: 0.2 }] };

  it('is why requests are not run together', () => {
    expect(setting('Batches', 'answered', one)).toBe('no: rows that are run together take as long as one by one');
    expect(setting('Batches', 'answered', { ...one, tried: [] }, { batchRows: 1 })).toBe('no: as was asked for');
    expect(setting('Batches', 'otherwise', one)).toBe('no: it answers rows together not as it answers each alone');
    expect(setting('Batches', 'crashed', one)).toMatch(/^no: its process ended when made-up rows were tried/);
    expect(setting('Batches', 'unknown', null)).toBe('not known: no model is loaded');
  });

  it('is how many threads there are, and what others would take', () => {
    expect(setting('Threads', 'answered', one)).toBe('1: for one run of the model; tuned: more were not worth a try');
    const tried = [...one.tried, { threads: 4, rows: 1, ms: 0.15 }];
    expect(setting('Threads', 'answered', { ...one, tried })).toBe(
      '1: for one run of the model; tuned: 1 row takes 0.15\u2009ms with 4 threads, 0.2\u2009ms with 1',
    );
    expect(setting('Threads', 'answered', { ...one, threads: 3, tried: [] }, { threads: 3 })).toBe(
      '3: for one run of the model',
    );
    expect(setting('Threads', 'unknown', null)).toBe('not known: for one run of the model');
  });
});
