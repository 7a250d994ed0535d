import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PageToHost, type runPageCommands, runPageRequests } from '../../src/protocol/pages/run';
import { Host, type Wire } from '../../webview/host';

function setUp() {
  const sent: PageToHost[] = [];
  const wire: Wire = { postMessage: (message) => sent.push(message), getState: () => undefined, setState: vi.fn() };
  const host = new Host<typeof runPageRequests, typeof runPageCommands>(wire, runPageRequests);
  return { host, sent, wire };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a request', () => {
  it('is answered by the reply with its number, whatever the order', async () => {
    const { host, sent } = setUp();
    const first = host.request('figure', { path: 'a.png' });
    const second = host.request('figure', { path: 'b.png' });
    expect(sent).toEqual([
      { type: 'request', id: 1, method: 'figure', params: { path: 'a.png' } },
      { type: 'request', id: 2, method: 'figure', params: { path: 'b.png' } },
    ]);
    host.receive({ type: 'reply', id: 2, value: { dataUrl: 'second' } });
    host.receive({ type: 'reply', id: 1, value: { dataUrl: 'first' } });
    expect(await first).toEqual({ dataUrl: 'first' });
    expect(await second).toEqual({ dataUrl: 'second' });
  });

  it('fails with the cause that the extension gives', async () => {
    const { host } = setUp();
    const answer = host.request('load', {});
    host.receive({ type: 'failure', id: 1, code: 'not_found', message: 'The run was deleted.' });
    await expect(answer).rejects.toMatchObject({ code: 'not_found', message: 'The run was deleted.' });
  });

  it('fails when the answer is not what was agreed on', async () => {
    const { host } = setUp();
    const answer = host.request('figure', { path: 'a.png' });
    host.receive({ type: 'reply', id: 1, value: { dataUrl: 12 } });
    await expect(answer).rejects.toMatchObject({ code: 'bad_reply' });
  });

  it('fails after ten seconds without an answer; a late one is ignored', async () => {
    const { host } = setUp();
    const answer = host.request('load', {});
    const failed = expect(answer).rejects.toMatchObject({ code: 'timeout', message: 'No answer within 10 seconds.' });
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    expect(() => host.receive({ type: 'reply', id: 1, value: null })).not.toThrow();
  });
});

describe('a request that was sent before there was a host', () => {
  const early = { id: 0, method: 'figure' };

  it('answers the first of its method, also when it is answered before that one is asked', async () => {
    const { sent, wire } = setUp();
    const host = new Host<typeof runPageRequests, typeof runPageCommands>(wire, runPageRequests, { sent: early });
    host.receive({ type: 'reply', id: 0, value: { dataUrl: 'early' } });
    expect(await host.request('figure', { path: '' })).toEqual({ dataUrl: 'early' });
    expect(sent).toEqual([]);
    void host.request('figure', { path: 'again' });
    expect(sent).toEqual([{ type: 'request', id: 1, method: 'figure', params: { path: 'again' } }]);
  });

  it('fails as any other', async () => {
    const { wire } = setUp();
    const host = new Host<typeof runPageRequests, typeof runPageCommands>(wire, runPageRequests, { sent: early });
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(host.request('figure', { path: '' })).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('messages', () => {
  it('tell listeners of a change', () => {
    const { host } = setUp();
    const listener = vi.fn();
    host.onChanged(listener);
    host.receive({ type: 'changed' });
    expect(listener).toHaveBeenCalledOnce();
  });

  it.each([null, 'changed', { type: 'other' }, { type: 'reply' }, { type: 'reply', id: 'x', value: 1 }])(
    'that are malformed are dropped: %j',
    (message) => {
      const { host } = setUp();
      expect(() => host.receive(message)).not.toThrow();
    },
  );

  it('carry commands without waiting for anything', () => {
    const { host, sent } = setUp();
    host.command('openArtifact', { path: 'model.onnx' });
    expect(sent).toEqual([{ type: 'command', command: 'openArtifact', params: { path: 'model.onnx' } }]);
  });
});

describe('an answer that came with the document', () => {
  const given = [{ method: 'figure', params: { path: 'a.png' }, value: { dataUrl: 'given' } }];

  it('serves the first request that is the same, and no other', async () => {
    const { sent, wire } = setUp();
    const host = new Host<typeof runPageRequests, typeof runPageCommands>(wire, runPageRequests, { given });
    const other = host.request('figure', { path: 'b.png' });
    expect(await host.request('figure', { path: 'a.png' })).toEqual({ dataUrl: 'given' });
    const again = host.request('figure', { path: 'a.png' });
    expect(sent.map((message) => ('params' in message ? message.params : null))).toEqual([
      { path: 'b.png' },
      { path: 'a.png' },
    ]);
    host.receive({ type: 'reply', id: 1, value: { dataUrl: 'other' } });
    host.receive({ type: 'reply', id: 3, value: { dataUrl: 'again' } });
    expect([await other, await again]).toEqual([{ dataUrl: 'other' }, { dataUrl: 'again' }]);
  });

  it('is looked at like any other', async () => {
    const { wire } = setUp();
    const wrong = given.map((answer) => ({ ...answer, value: 7 }));
    const host = new Host<typeof runPageRequests, typeof runPageCommands>(wire, runPageRequests, { given: wrong });
    await expect(host.request('figure', { path: 'a.png' })).rejects.toMatchObject({ code: 'bad_reply' });
  });
});
