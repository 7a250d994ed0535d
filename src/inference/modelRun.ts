/** A model in a process of its own, for jobs: `model.js`, which an endpoint starts, too. It ends with whoever started it. */
import { type ChildProcess, fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { split } from './batch';
import type { NamedTensor, Signature } from './datatype';
import { checkFeeds } from './feeds';
import { OUT_OF_MEMORY } from './memoryLimit';
import type { FromModel, ToModel } from './messages';
import { modelEnvironment } from './modelEnvironment';
import { Refused } from './refused';
import type { RanRows } from './rows';
import { LoopwrightError } from '../protocol/errors';

const BATCH_ROWS = 64;

/** What some rows of a table are to the model. @throws Refused */
export type FeedsOf = (from: number, to: number) => NamedTensor[];

interface Waiting {
  readonly resolve: (ran: RanRows) => void;
  readonly reject: (why: Error) => void;
}

export class ModelRun {
  private readonly child: ChildProcess;
  private readonly ready = Promise.withResolvers<Signature>();
  /** It answers in the order in which it is asked. */
  private readonly waiting: Waiting[] = [];
  private over: Error | null = null;
  private isBatching = false;
  private said = '';
  private lastId = 0;

  /** @param label what errors call it: `fraud v3` */
  constructor(
    file: string,
    private readonly label: string,
    memoryMb: number,
    threads = 1,
  ) {
    this.ready.promise.catch(() => undefined); // whoever waits for it is told
    this.child = fork(join(__dirname, 'model.js'), [file, String(threads), String(BATCH_ROWS), String(memoryMb)], {
      serialization: 'advanced',
      cwd: dirname(file),
      env: modelEnvironment(),
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.child.stdout?.on('data', (text: Buffer) => (this.said = `${this.said}${String(text)}`.slice(-1000)));
    this.child.on('message', (message: FromModel) => this.take(message));
    this.child.on('error', (error) => this.end(error));
    // Not at its exit: what it said last is read by then.
    this.child.on('close', (code, signal) => this.end(this.whyOver(signal ?? `code ${String(code)}`, memoryMb)));
  }

  /** @throws LoopwrightError `bad_request` where it can't be loaded */
  get signature(): Promise<Signature> {
    return this.ready.promise;
  }

  /** Whether it answers rows together as it answers each alone; tried by when its signature is known. */
  get answersBatches(): boolean {
    return this.isBatching;
  }

  /** The outputs of each row. @throws LoopwrightError `bad_request` that names the model */
  async answers(count: number, feedsOf: FeedsOf): Promise<NamedTensor[][]> {
    const signature = await this.signature;
    const rows: NamedTensor[][] = [];
    const step = this.isBatching ? BATCH_ROWS : 1;
    try {
      for (let from = 0; from < count; from += step) {
        const to = Math.min(count, from + step);
        const feeds = feedsOf(from, to);
        checkFeeds(feeds, signature);
        const { outputs } = await this.tell({ kind: 'run', id: ++this.lastId, feeds });
        const parts = step === 1 ? null : split(outputs, new Array<number>(to - from).fill(1));
        if (parts) rows.push(...parts);
        else if (to - from === 1) rows.push([...outputs]);
        else throw new Refused('it does not answer with one value for each row.');
      }
      return rows;
    } catch (error) {
      if (error instanceof Refused) throw new LoopwrightError('bad_request', `${this.label}: ${error.message}`);
      throw error;
    }
  }

  /**
   * All of the rows, so many in one run. What it can't be run with is told of each row.
   *
   * @throws LoopwrightError `bad_request` that names the model
   */
  async rows(feeds: readonly NamedTensor[], step: number): Promise<RanRows> {
    try {
      return await this.tell({ kind: 'rows', id: ++this.lastId, feeds, step });
    } catch (error) {
      if (error instanceof Refused) throw new LoopwrightError('bad_request', `${this.label}: ${error.message}`);
      throw error;
    }
  }

  get hasEnded(): boolean {
    return this.over !== null;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private tell(message: ToModel): Promise<RanRows> {
    return new Promise((resolve, reject) => {
      if (this.over) {
        reject(this.over);
        return;
      }
      this.waiting.push({ resolve, reject });
      this.child.send(message);
    });
  }

  private take(message: FromModel): void {
    switch (message.kind) {
      case 'opened':
        return;
      case 'ready':
        this.isBatching = message.answersBatches;
        this.ready.resolve(message.signature);
        return;
      case 'failed':
        this.end(new LoopwrightError('bad_request', `${this.label}: ${message.message}`));
        return;
      case 'ran':
        this.waiting.shift()?.resolve({ outputs: message.outputs, refused: [] });
        return;
      case 'ranRows':
        this.waiting.shift()?.resolve(message);
        return;
      case 'refused':
        this.waiting.shift()?.reject(new Refused(message.message));
    }
  }

  private end(why: Error): void {
    this.over ??= why;
    this.ready.reject(this.over);
    for (const { reject } of this.waiting.splice(0)) reject(this.over);
  }

  private whyOver(end: string, memoryMb: number): LoopwrightError {
    const why = this.said.endsWith(OUT_OF_MEMORY)
      ? `needed more than ${String(memoryMb)} MB of memory, which is what a model gets here.`
      : `ended its process (${end}).`;
    return new LoopwrightError('bad_request', `${this.label} ${why}`);
  }
}
