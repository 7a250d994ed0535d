import { expect, it } from 'vitest';
import { LoopwrightError } from '../../src/protocol/errors';
import type { StoreSession } from '../../src/extension/stores/session';
import { StoreSize } from '../../src/extension/views/runs/storeSize';

it('asks the stores that can answer, once a minute, and adds them up', async () => {
  let asked = 0;
  const session = (kind: 'open' | 'absent'): Pick<StoreSession, 'state' | 'request'> => ({
    state: kind === 'open' ? { kind, store: { state: 'ready', path: '/x', adopted: true } } : { kind },
    request: (() => {
      asked++;
      const part = (name: string, sizeBytes: number) => ({ part: name, sizeBytes, fileCount: 1 });
      return Promise.resolve({ parts: [part('runs', 1_000_000), part('database', 500_000)] });
    }) as StoreSession['request'],
  });
  const size = new StoreSize();
  expect(await size.look([session('absent')], 0)).toBeNull();
  expect(await size.look([session('open'), session('open'), session('absent')], 0)).toBe('3.0 MB');
  expect(await size.look([session('open')], 59_999)).toBeNull();
  expect(asked).toBe(2);
  expect(await size.look([session('open')], 60_000)).toBe('1.5 MB');
  // It was taken away: what was said of it goes, once.
  expect(await size.look([session('absent')], 61_000)).toBe('');
  expect(await size.look([session('absent')], 62_000)).toBeNull();
  expect(await size.look([session('open')], 63_000)).toBe('1.5 MB');
});

it('asks again soon when the engine ended over the question, and does not hide what else went wrong', async () => {
  let answer: () => Promise<unknown> = () => Promise.reject(new LoopwrightError('engine_unavailable', 'It ended.'));
  const session: Pick<StoreSession, 'state' | 'request'> = {
    state: { kind: 'open', store: { state: 'ready', path: '/x', adopted: true } },
    request: (() => answer()) as StoreSession['request'],
  };
  const size = new StoreSize();
  expect(await size.look([session], 0)).toBeNull();
  answer = () => Promise.resolve({ parts: [{ part: 'runs', sizeBytes: 1_000_000, fileCount: 1 }] });
  expect(await size.look([session], 1000)).toBe('1.0 MB');
  answer = () => Promise.reject(new LoopwrightError('internal', 'The disk fell out.'));
  await expect(size.look([session], 61_000)).rejects.toThrow('The disk fell out.');
});
