/** Where a soak happens: a folder with a store, the programs that are started in it, and questions to its engine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineConnection } from '../../src/client/connection';
import { type OpenEngine, openEngine } from '../../src/client/engine';
import { LoopwrightError } from '../../src/protocol/errors';
import { makeStore, type StorePaths } from '../../src/protocol/node/storeFolder';
import { SCRIPT } from './scripts';

/** Something that must never be. */
export class Violation extends Error {}

const CLIENT = { kind: 'test', info: { version: '0.0.0', build: 0 }, trusted: true } as const;
/** How long an engine may take to come up on a machine that is busy with other soaks. */
const ENGINE_PATIENCE_MS = 180_000;

export class Place {
  readonly paths: StorePaths;
  private readonly dist: string;
  private readonly children = new Set<ChildProcess>();

  constructor(
    readonly folder: string,
    /** With `dist/` and `python/` in it. */
    readonly repository: string,
    readonly python: string,
    /** Has a kernel; null where notebooks can't be tried. */
    readonly notebookPython: string | null,
  ) {
    this.dist = join(repository, 'dist');
    mkdirSync(join(folder, '.git'), { recursive: true });
    process.env.LOOPWRIGHT_STATE_DIR = join(folder, 'state');
    process.env.LOOPWRIGHT_IDLE_MS = '60000';
    this.paths = makeStore(join(folder, '.loopwright'));
    writeFileSync(join(folder, 'work.py'), SCRIPT);
    writeFileSync(join(folder, 'data.csv'), 'a,b\n1,2\n');
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** A program whose output goes to files; `detached` gives it a session of its own. */
  spawn(name: string, command: string, args: readonly string[], detached = false): ChildProcess {
    const out = openSync(this.file(`${name}.out`), 'w');
    const errors = openSync(this.file(`${name}.err`), 'w');
    const child = spawn(command, args, { cwd: this.folder, stdio: ['ignore', out, errors], detached });
    closeSync(out);
    closeSync(errors);
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    return child;
  }

  /** The command line, as a user calls it. */
  command(name: string, words: readonly string[]): ChildProcess {
    return this.spawn(name, process.execPath, [join(this.dist, 'cli.js'), '--json', ...words]);
  }

  /** Another window on the store, see `windowClient.ts`. */
  window(name: string): ChildProcess {
    const args = [join(this.dist, 'soak/window.cjs'), this.paths.root, join(this.dist, 'engine.js')];
    return this.spawn(name, process.execPath, args);
  }

  output(name: string): string {
    return readFileSync(this.file(`${name}.out`), 'utf8');
  }

  errors(name: string): string {
    return readFileSync(this.file(`${name}.err`), 'utf8');
  }

  async open(): Promise<OpenEngine> {
    const program = { runtime: process.execPath, file: join(this.dist, 'engine.js') };
    const deadline = Date.now() + ENGINE_PATIENCE_MS;
    for (;;) {
      try {
        return await openEngine(this.paths, program, CLIENT);
      } catch (error) {
        if (!isAboutConnection(error)) throw error;
        if (Date.now() > deadline) throw new Violation('no engine came up in three minutes', { cause: error });
      }
      await sleep(50);
    }
  }

  /** Asks an engine, another one if it is killed meanwhile: for what may be asked twice. */
  async ask<T>(question: (connection: EngineConnection) => Promise<T>): Promise<T> {
    for (;;) {
      const answer = await this.askOnce(question);
      if (answer.isAnswered) return answer.value;
    }
  }

  /** Whether it was answered is part of the answer: what was asked may have been done all the same. */
  async askOnce<T>(
    question: (connection: EngineConnection) => Promise<T>,
  ): Promise<{ isAnswered: true; value: T } | { isAnswered: false }> {
    const { connection } = await this.open();
    try {
      return { isAnswered: true, value: await question(connection) };
    } catch (error) {
      if (isAboutConnection(error)) return { isAnswered: false };
      throw error;
    } finally {
      connection.close();
    }
  }

  /** Ends what was started here; runs that are still going on belong to it. */
  async end(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await this.askOnce((connection) => connection.request('engine/stop', { reason: 'user' }));
  }
}

function isAboutConnection(error: unknown): boolean {
  return error instanceof LoopwrightError && (error.code === 'engine_unavailable' || error.code === 'engine_stopping');
}

/** Waits for something to become true. @throws Violation that says what did not */
export async function until<T>(
  what: string,
  look: () => T | null | Promise<T | null>,
  timeoutMs = 180_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (Date.now() > deadline) throw new Violation(`waited ${String(timeoutMs / 1000)} s for: ${what}`);
    await sleep(25);
  }
}

export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @returns whether there was something to kill */
export function kill(pid: number | undefined): boolean {
  if (pid === undefined || pid <= 1) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false; // it had come to its end
  }
}
