import { describe, expect, it, vi } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import type { OpenEngine } from '../../src/client/engine';
import { StoreSession } from '../../src/extension/stores/session';
import { LoopwrightError } from '../../src/protocol/errors';
import { pathsOf } from '../../src/protocol/node/storeFolder';
import type { Changed } from '../../src/protocol/requests';
import { memoryLog } from './support';

/** An engine that can be ended and that says what it is told to. */
class FakeEngine {
  readonly closed: (() => void)[] = [];
  changed: (changed: Changed) => void = () => undefined;
  requests: string[] = [];
  readonly connection: EngineConnection = {
    request: (method) => {
      this.requests.push(method);
      return Promise.resolve({} as never);
    },
    onChanged: (listener) => {
      this.changed = listener;
    },
    onClosed: (listener) => this.closed.push(listener),
    close: () => this.end(),
  };

  get open(): OpenEngine {
    const engine = { version: '1.0.0', build: 1, pid: 42 };
    return {
      connection: this.connection,
      hello: { engine, store: { state: 'ready', path: '/store', adopted: true } },
    };
  }

  end(): void {
    for (const listener of this.closed.splice(0)) listener();
  }
}

function setUp(options: { exists?: () => boolean } = {}) {
  const engines: FakeEngine[] = [];
  let failure: LoopwrightError | null = null;
  const log = memoryLog();
  const session = new StoreSession({
    paths: pathsOf('/store'),
    label: 'store',
    exists: options.exists ?? (() => true),
    open: () => {
      if (failure) return Promise.reject(failure);
      const engine = new FakeEngine();
      engines.push(engine);
      return Promise.resolve(engine.open);
    },
    log,
    backOffMs: [1, 5],
  });
  const states: string[] = [];
  session.onDidChangeState(({ kind }) => states.push(kind));
  return { session, engines, states, log, fail: (error: LoopwrightError | null) => (failure = error) };
}

const opened = (session: StoreSession) => vi.waitFor(() => expect(session.state.kind).toBe('open'));

describe('the connection to a store', () => {
  it('is not made while there is no store', () => {
    const { session, engines } = setUp({ exists: () => false });
    session.start();
    expect(session.state.kind).toBe('absent');
    expect(engines).toHaveLength(0);
  });

  it('is made once, however often it is asked for', async () => {
    const { session, engines, states } = setUp();
    session.start();
    session.start();
    await Promise.all([session.request('engine/status', {}), session.request('engine/status', {})]);
    session.start();
    expect(engines).toHaveLength(1);
    expect(states).toEqual(['connecting', 'open']);
  });

  it('comes back when the engine ends, and everything is looked at again', async () => {
    const { session, engines, states } = setUp();
    const changes: object[] = [];
    session.onDidChange((changed) => changes.push(changed));
    session.start();
    await opened(session);
    engines[0]?.end();
    expect(session.state).toMatchObject({ kind: 'lost', store: { state: 'ready' } });
    await opened(session);
    expect(engines).toHaveLength(2);
    expect(states).toEqual(['connecting', 'open', 'lost', 'open']);
    expect(changes).toEqual([{ structure: true, runIds: [] }]);
  });

  it('makes requests wait while it comes back', async () => {
    const { session, engines } = setUp();
    session.start();
    await opened(session);
    engines[0]?.end();
    await session.request('engine/status', {});
    expect(engines[1]?.requests).toEqual(['engine/status']);
  });

  it('says why it can not be made, logs it once, and tries on', async () => {
    const { session, fail, log } = setUp();
    fail(new LoopwrightError('engine_unavailable', 'No way.'));
    session.start();
    await vi.waitFor(() => expect(session.state).toMatchObject({ kind: 'failed', error: { message: 'No way.' } }));
    await expect(session.request('engine/status', {})).rejects.toThrow('No way.');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(log.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    fail(null);
    await opened(session);
  });

  it('passes on what the engine tells, the state of the store included', async () => {
    const { session, engines } = setUp();
    session.start();
    await opened(session);
    const changes: object[] = [];
    session.onDidChange((changed) => changes.push(changed));
    engines[0]?.changed({
      structure: false,
      runIds: ['a'],
      store: { state: 'readonly', path: '/store', adopted: true, reason: 'Disk full.' },
    });
    expect(session.canWrite).toBe(false);
    expect(changes).toHaveLength(1);
  });

  it('ends for good when it is disposed of', async () => {
    const { session, engines, states } = setUp();
    session.start();
    await opened(session);
    session.dispose();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(engines).toHaveLength(1);
    expect(engines[0]?.closed).toHaveLength(0);
    expect(states.at(-1)).toBe('absent');
    await expect(session.request('engine/status', {})).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('says that the store is being upgraded while its engine does that', async () => {
  const engine = new FakeEngine();
  let finish: (open: OpenEngine) => void = () => undefined;
  const session = new StoreSession({
    paths: pathsOf('/store'),
    label: 'store',
    exists: () => true,
    open: (onUpgrade) => {
      onUpgrade();
      return new Promise((resolve) => (finish = resolve));
    },
    log: memoryLog(),
  });
  session.start();
  expect(session.state).toEqual({ kind: 'connecting', isUpgrading: true });
  finish(engine.open);
  expect((await session.settled()).kind).toBe('open');
});
