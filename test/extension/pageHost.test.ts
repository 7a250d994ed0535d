import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { PageHost, type Page } from '../../src/extension/panels/host';
import { LoopwrightError } from '../../src/protocol/errors';
import type { GivenAnswer, HostToPage } from '../../src/protocol/pages/run';
import { memoryLog } from './support';

const contract = {
  requests: { twice: { params: z.object({ value: z.number() }), result: z.object({ value: z.number() }) } },
  commands: { stop: z.object({}) },
};

function setUp(options: { isReused?: boolean; ahead?: () => Promise<GivenAnswer[]> } = {}) {
  const sent: HostToPage[] = [];
  let receive: (message: unknown) => void = () => undefined;
  let viewState: () => void = () => undefined;
  const page: Page & { visible: boolean } = {
    visible: true,
    webview: {
      postMessage: (message) => {
        sent.push(message);
        return Promise.resolve(true);
      },
      onDidReceiveMessage: (listener) => {
        receive = listener;
        return { dispose: () => undefined };
      },
    },
    onDidChangeViewState: (listener) => {
      viewState = listener;
      return { dispose: () => undefined };
    },
  };
  const stop = vi.fn(() => Promise.resolve());
  const onUsed = vi.fn();
  const failures: unknown[] = [];
  const host = new PageHost(page, {
    contract,
    handlers: {
      requests: {
        twice: ({ value }) => {
          if (value < 0) throw new LoopwrightError('not_found', 'There is no such number.');
          return Promise.resolve({ value: value * 2 });
        },
      },
      commands: { stop },
      ...(options.ahead ? { ahead: options.ahead } : {}),
    },
    onUsed,
    isReused: options.isReused ?? false,
    attempt: async (_, work) => work().catch((error: unknown) => void failures.push(error)),
    log: memoryLog(),
  });
  return {
    host,
    page,
    sent,
    stop,
    onUsed,
    failures,
    from: (message: unknown) => receive(message),
    shown: () => viewState(),
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('a page', () => {
  it('is told of what changed while it was made, once it listens', () => {
    const { host, from, sent } = setUp();
    host.changed();
    host.changed();
    expect(sent).toEqual([]);
    from({ type: 'ready' });
    expect(sent).toEqual([{ type: 'changed' }]);
  });

  it('gets the answer to its request', async () => {
    const { from, sent } = setUp();
    from({ type: 'request', id: 7, method: 'twice', params: { value: 21 } });
    await settle();
    expect(sent).toEqual([{ type: 'reply', id: 7, value: { value: 42 } }]);
  });

  it.each([
    ['an error of the handler', 'twice', { value: -1 }, 'not_found'],
    ['parameters of another form', 'twice', { value: 'x' }, 'bad_request'],
    ['no parameters', 'twice', undefined, 'bad_request'],
    ['an unknown request', 'thrice', {}, 'bad_request'],
    ['what every object inherits', 'constructor', {}, 'bad_request'],
  ])('is told of %s', async (_, method, params, code) => {
    const { from, sent } = setUp();
    from({ type: 'request', id: 1, method, params });
    await settle();
    expect(sent).toMatchObject([{ type: 'failure', id: 1, code }]);
  });

  it('has its commands obeyed, and only those', async () => {
    const { from, stop, failures } = setUp();
    from({ type: 'command', command: 'stop', params: {} });
    from({ type: 'command', command: 'toString', params: {} });
    await settle();
    expect(stop).toHaveBeenCalledOnce();
    expect(failures).toMatchObject([{ code: 'bad_request' }]);
  });

  it('is told to look again when it listens and is seen', () => {
    const { host, page, from, sent, shown } = setUp();
    from({ type: 'ready' });
    host.changed();
    page.visible = false;
    host.changed();
    expect(sent).toHaveLength(1);
    page.visible = true;
    shown();
    expect(sent).toEqual([{ type: 'changed' }, { type: 'changed' }]);
  });

  it('is not told to look again because its tab got the focus', () => {
    const { from, sent, shown } = setUp();
    shown();
    from({ type: 'ready' });
    shown();
    expect(sent).toEqual([]);
  });

  it('that begins again with its old document is told to look again', () => {
    const { from, sent } = setUp();
    from({ type: 'ready' });
    expect(sent).toEqual([]);
    from({ type: 'ready' });
    expect(sent).toEqual([{ type: 'changed' }]);
  });

  it('that was hidden is told to look again', () => {
    const { page, from, sent, shown } = setUp();
    from({ type: 'ready' });
    page.visible = false;
    shown();
    page.visible = true;
    shown();
    expect(sent).toEqual([{ type: 'changed' }]);
  });

  it('gets what it will ask first with its document, and nothing where that can not be had', async () => {
    const given = [{ method: 'twice', params: { value: 1 }, value: { value: 2 } }];
    expect(await setUp({ ahead: () => Promise.resolve(given) }).host.answersAhead()).toEqual(given);
    expect(await setUp({ ahead: () => Promise.reject(new Error('no engine')) }).host.answersAhead()).toEqual([]);
    expect(await setUp().host.answersAhead()).toEqual([]);
  });

  it('says that it is used', () => {
    const { from, onUsed } = setUp();
    from({ type: 'used' });
    expect(onUsed).toHaveBeenCalledOnce();
  });

  it('may send nonsense without harm', async () => {
    const { from, sent } = setUp();
    for (const message of [null, 'x', {}, { type: 'request' }, { type: 'reply', id: 1 }]) from(message);
    await settle();
    expect(sent).toEqual([]);
  });
});

describe('a page in the tab of another', () => {
  it.each([
    ['it is ready', { type: 'ready' }],
    ['its first request', { type: 'request', id: 0, method: 'twice', params: { value: 1 } }],
  ])('is not taken for that one: nothing is heard before %s', async (_, first) => {
    const { from, stop, onUsed } = setUp({ isReused: true });
    const ofTheOther = () => {
      from({ type: 'command', command: 'stop', params: {} });
      from({ type: 'used' });
    };
    ofTheOther();
    await settle();
    expect([stop.mock.calls.length, onUsed.mock.calls.length]).toEqual([0, 0]);
    from(first);
    ofTheOther();
    await settle();
    expect([stop.mock.calls.length, onUsed.mock.calls.length]).toEqual([1, 1]);
  });

  it('gets no answer that was meant for that one', async () => {
    const { host, from, sent } = setUp();
    from({ type: 'request', id: 7, method: 'twice', params: { value: 21 } });
    host.dispose();
    await settle();
    expect(sent).toEqual([]);
  });
});
