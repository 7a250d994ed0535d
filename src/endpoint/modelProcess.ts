/**
 * The process that runs the model, as the endpoint sees it: there, or coming back after a crash, with growing pauses.
 *
 * It is a process and no thread, because a crash of native code ends all threads of its process: requests that are under way
 * get an answer only if what answers them is another one. Measured on two cores, a message there and back takes 0.06 to
 * 0.11 ms (to a thread 0.045 ms) for up to 8 kB, and 1.6 to 2 ms for 600 kB, which a thread is handed in 0.06 ms.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { dirname } from 'node:path';
import type { NamedTensor, Signature } from '../inference/datatype';
import { type FromModel, type ToModel, UNTRIED } from '../inference/messages';
import { modelEnvironment } from '../inference/modelEnvironment';
import { Refused } from '../inference/refused';
import type { Wishes } from '../inference/tune';
import type { Tuning } from '../protocol/endpoints';
import { Failure } from './failure';
import { memoryOf } from './memory';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Whoever has lived so long begins anew with the shortest pause. */
const GOOD_LIFE_MS = 60_000;
const LOAD_LIMIT_MS = 120_000;

export interface ModelProgram extends Wishes {
  /** `model.js`. */
  readonly program: string;
  readonly file: string;
}

export interface Loaded {
  readonly signature: Signature;
  readonly answersBatches: boolean;
  readonly tuning: Tuning;
  /** Whether its process ended once while it was tried with made-up rows: nothing is tried since. */
  readonly isUntried: boolean;
}

export interface Ran {
  readonly outputs: readonly NamedTensor[];
  readonly tookUs: number;
}

interface Waiting {
  readonly resolve: (ran: Ran) => void;
  readonly reject: (why: Error) => void;
}

export class ModelProcess {
  /** Null while it is not there. */
  loaded: Loaded | null = null;
  crashes = 0;
  private child: ChildProcess | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private pauseMs = FIRST_PAUSE_MS;
  private isEnding = false;
  /** Until it is wanted again. */
  isStopped = false;
  private whyDown = 'The model is being loaded.';
  private killedFor: string | null = null;
  private isUntried = false;

  constructor(
    private readonly model: ModelProgram,
    private readonly log: (line: string) => void,
    private readonly onReady: () => void,
    private readonly onCrash: (why: string) => void = () => undefined,
  ) {}

  get memoryBytes(): number | null {
    const pid = this.child?.pid;
    return pid === undefined ? null : memoryOf(pid);
  }

  /** @throws Failure `unavailable` for a model that can't be loaded */
  start(): Promise<Loaded> {
    const startedMs = Date.now();
    return new Promise((resolve, reject) => {
      const { program, file } = this.model;
      const { isUntried } = this;
      const threads = this.model.threads ?? (isUntried ? 1 : 'tuned');
      const batchRows = isUntried ? UNTRIED : (this.model.batchRows ?? 'tuned');
      let isTrying = false;
      const child = fork(program, [file, String(threads), String(batchRows)], {
        serialization: 'advanced',
        cwd: dirname(file),
        env: modelEnvironment(),
        execArgv: [],
      });
      this.child = child;
      const limit = setTimeout(() => {
        this.whyDown = `The model was not loaded within ${String(LOAD_LIMIT_MS / 1000)} s.`;
        child.kill('SIGKILL');
      }, LOAD_LIMIT_MS);
      child.on('message', (message: FromModel) => {
        if (message.kind === 'ready') {
          clearTimeout(limit);
          const { signature, answersBatches, tuning } = message;
          this.loaded = { signature, answersBatches, tuning, isUntried };
          resolve(this.loaded);
          this.onReady();
        } else if (message.kind === 'opened') isTrying = !isUntried;
        else if (message.kind === 'failed') {
          isTrying = false;
          this.whyDown = message.message;
          reject(new Failure('unavailable', message.message));
        } else this.settle(message);
      });
      // A message to a process that has just ended: its end is told below.
      child.on('error', (error) => this.log(`model process: ${error.message}`));
      child.once('exit', (code, signal) => {
        clearTimeout(limit);
        const wasLoaded = this.loaded !== null;
        const end = signal ?? `code ${String(code)}`;
        if (this.child === child && !wasLoaded && isTrying && !this.isEnding && !this.isStopped) {
          this.isUntried = true;
          this.log(`the process that runs the model ended (${end}) while made-up rows were tried: that is left out`);
          resolve(this.start());
          return;
        }
        if (this.child === child) this.over(end, Date.now() - startedMs);
        if (!wasLoaded) reject(new Failure('unavailable', `${this.whyDown} Its process ended with ${end}.`));
      });
    });
  }

  /** @throws Refused for what the model can't be run with, Failure `unavailable` where it is not there or ends meanwhile */
  run(feeds: readonly NamedTensor[]): Promise<Ran> {
    const { child, loaded } = this;
    if (!child || !loaded) return Promise.reject(this.unavailable());
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      child.send({ kind: 'run', id, feeds } satisfies ToModel);
    });
  }

  unavailable(): Failure {
    if (this.isStopped) return new Failure('unavailable', this.whyDown);
    return new Failure('unavailable', this.whyDown, Math.max(1, Math.ceil(this.pauseMs / 1000)));
  }

  /** Of a run that does not end nothing else gets rid. */
  kill(why: string): void {
    this.whyDown = why;
    this.killedFor = why;
    this.child?.kill('SIGKILL');
  }

  end(): void {
    this.isEnding = true;
    this.child?.kill('SIGTERM');
  }

  /** Ends the process until it is wanted again. */
  async stop(why: string): Promise<void> {
    this.isStopped = true;
    this.loaded = null;
    this.whyDown = why;
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    child.once('exit', () => resolve(undefined));
    child.kill('SIGTERM');
    await promise;
  }

  /** @throws Failure `unavailable` for a model that can't be loaded any more: it stays stopped */
  async resume(): Promise<void> {
    this.isStopped = false;
    this.pauseMs = FIRST_PAUSE_MS;
    try {
      await this.start();
    } catch (error) {
      this.isStopped = true;
      throw error;
    }
  }

  private settle(message: Extract<FromModel, { id: number }>): void {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.kind === 'ran') waiting?.resolve({ outputs: message.outputs, tookUs: message.tookUs });
    else if (message.kind === 'refused') waiting?.reject(new Refused(message.message));
  }

  private over(end: string, livedMs: number): void {
    const wasLoaded = this.loaded !== null;
    this.child = null;
    this.loaded = null;
    if (wasLoaded) {
      this.crashes++;
      this.whyDown = `The process that runs the model ended (${end}). It is started again.`;
    }
    if (livedMs > GOOD_LIFE_MS) this.pauseMs = FIRST_PAUSE_MS;
    for (const { reject } of this.waiting.values()) reject(this.unavailable());
    this.waiting.clear();
    const { killedFor } = this;
    this.killedFor = null;
    if (this.isEnding || this.isStopped || (!wasLoaded && this.crashes === 0)) return;
    this.onCrash(killedFor ?? (wasLoaded ? crashWords(end) : `It could not be loaded again (${end}): ${this.whyDown}`));
    this.log(`the process that runs the model ended (${end}); again in ${String(this.pauseMs)} ms`);
    setTimeout(() => {
      if (!this.isEnding && !this.isStopped && this.child === null)
        this.start().catch((thrown: unknown) => this.log(Failure.from(thrown).message));
    }, this.pauseMs).unref();
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

const crashWords = (end: string): string =>
  end === 'SIGKILL'
    ? 'The process that runs the model was killed (SIGKILL): by somebody, or as there was not enough memory.'
    : `The process that runs the model ended (${end}).`;
