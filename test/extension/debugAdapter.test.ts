/** Debugging through a real debugpy, as VS Code does it: the messages here are its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DebugpyAdapter } from '../../src/extension/debug/adapter';
import { debuggedBy, findDebugpy, freePort } from '../../src/extension/debug/debugpy';
import { Frames } from '../../src/extension/debug/frames';
import { memoryLog } from './support';

const python =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? join(import.meta.dirname, '../../.cache/venv-capture/bin/python');
const SCRIPT = 'import sys\nvalue = 41\nvalue += 1\nprint("value", value, len(sys.argv), flush=True)\n';

interface Heard {
  readonly type: string;
  readonly command?: string;
  readonly event?: string;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: Record<string, unknown>;
}

let folder: string;
let child: ChildProcess | undefined;
let adapter: DebugpyAdapter | undefined;
beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-debug-')))));
afterEach(() => {
  adapter?.dispose();
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function debugged(script: string, options: { hook?: boolean } = {}) {
  const file = join(folder, 'script.py');
  writeFileSync(file, script);
  const port = await freePort();
  const env = {
    ...process.env,
    ...(options.hook
      ? {
          PYTHONPATH: join(import.meta.dirname, '../../python/hook'),
          LOOPWRIGHT_RUN_DIR: folder,
          LOOPWRIGHT_RUN_ID: 'a',
        }
      : {}),
  };
  const started = spawn(python, [...debuggedBy(['-m', 'debugpy'], port), file, 'one'], { cwd: folder, env });
  child = started;
  let output = '';
  started.stdout.on('data', (data: Buffer) => (output += data.toString()));
  started.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const end = new Promise<number | null>((resolve) => started.once('close', resolve));
  const heard: Heard[] = [];
  let stops = 0;
  const made = new DebugpyAdapter({
    port,
    attach: { justMyCode: true, subProcess: false, redirectOutput: false },
    isRunOver: () => Promise.resolve(started.exitCode !== null),
    stopRun: () => {
      stops++;
      started.kill('SIGINT');
      return Promise.resolve();
    },
    tooLate: 'too late',
    log: memoryLog(),
  });
  adapter = made;
  made.onDidSendMessage((message) => heard.push(message as Heard));
  let seq = 0;
  const send = (command: string, args: object = {}) => {
    made.handleMessage({ type: 'request', seq: ++seq, command, arguments: args });
  };
  const hears = async (what: (message: Heard) => boolean): Promise<Heard> => {
    for (const until = Date.now() + 20_000; Date.now() < until;) {
      const found = heard.find(what);
      if (found) return found;
      await sleep(20);
    }
    throw new Error(`not heard: ${what.toString()} in ${JSON.stringify(heard)} ${output}`);
  };
  const event = (name: string) => hears((message) => message.event === name);
  const response = (command: string) => hears((message) => message.type === 'response' && message.command === command);
  return { file, end, send, event, response, output: () => output, stops: () => stops };
}

async function stoppedAt(line: number, script = SCRIPT, options = {}) {
  const session = await debugged(script, options);
  session.send('initialize', { adapterID: 'loopwright', linesStartAt1: true, pathFormat: 'path' });
  session.send('launch', { program: session.file });
  await session.event('initialized');
  session.send('setBreakpoints', { source: { path: session.file }, breakpoints: [{ line }] });
  session.send('configurationDone');
  const { body } = await session.event('stopped');
  return { ...session, threadId: body?.threadId };
}

describe('a debugged script', () => {
  it('stops at a breakpoint, goes on and ends by itself', async () => {
    const session = await stoppedAt(3);
    expect(await session.response('launch')).toMatchObject({ success: true });
    expect(session.output()).toBe('');
    session.send('continue', { threadId: session.threadId });
    await session.event('terminated');
    session.send('disconnect');
    expect(await session.end).toBe(0);
    expect(session.output()).toBe('value 42 2\n');
    expect(session.stops()).toBe(0);
  });

  it('is stopped through its run, from a breakpoint too', async () => {
    const session = await stoppedAt(2, 'import time\nvalue = 1\ntime.sleep(60)\n');
    session.send('terminate');
    expect(await session.response('terminate')).toMatchObject({ success: true });
    expect(await session.end).not.toBe(0);
    expect(session.output()).toContain('KeyboardInterrupt');
    await session.event('terminated');
    expect(session.stops()).toBe(1);
  });

  it('has the hook beside the debugger', async () => {
    const script = 'import loopwright\nloopwright.log(x=1.0, step=1)\nprint("logged", flush=True)\n';
    const session = await stoppedAt(3, script, { hook: true });
    session.send('continue', { threadId: session.threadId });
    await session.event('terminated');
    session.send('disconnect');
    expect(await session.end).toBe(0);
    expect(session.output()).toBe('logged\n');
  });
});

describe('where there is nothing to attach to', () => {
  it('VS Code is told why, and may leave', async () => {
    const port = await freePort();
    const heard: Heard[] = [];
    adapter = new DebugpyAdapter({
      port,
      attach: {},
      isRunOver: () => Promise.resolve(true),
      stopRun: () => Promise.resolve(),
      tooLate: 'too late',
      log: memoryLog(),
    });
    adapter.onDidSendMessage((message) => heard.push(message as Heard));
    adapter.handleMessage({ type: 'request', seq: 1, command: 'initialize' });
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(2);
    adapter.handleMessage({ type: 'request', seq: 2, command: 'disconnect' });
    expect(heard).toMatchObject([
      { type: 'response', command: 'initialize', success: false, message: 'too late' },
      { type: 'event', event: 'terminated' },
      { type: 'response', command: 'disconnect', success: true },
    ]);
  });
});

describe('finding debugpy', () => {
  const sources = { cwd: tmpdir(), env: process.env, debuggerExtension: undefined };

  it('takes the interpreter its own', async () => {
    expect(await findDebugpy({ ...sources, python })).toEqual(['-m', 'debugpy']);
  });

  it('takes that of the Python Debugger where the interpreter has none, and says where neither has', async () => {
    const none = { ...sources, python: join(folder, 'no-python') };
    expect(await findDebugpy(none)).toBeNull();
    expect(await findDebugpy({ ...none, debuggerExtension: folder })).toBeNull();
  });
});

it('puts messages together from whatever pieces arrive', () => {
  const messages = [{ a: 'größe👍' }, { b: 'x'.repeat(5000) }, {}];
  const bytes = Buffer.concat(messages.map((message) => Frames.of(message)));
  for (const size of [1, 7, bytes.length]) {
    const frames = new Frames();
    const got: unknown[] = [];
    for (let at = 0; at < bytes.length; at += size) got.push(...frames.take(bytes.subarray(at, at + size)));
    expect(got).toEqual(messages);
  }
});

it('names ports that are free', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  server.close();
});
