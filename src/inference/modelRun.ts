/** One of the two models, in a process of its own: `model.js`, which an endpoint starts, too. It ends with whoever started it. */
import { type ChildProcess, fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { split } from '../../inference/batch';
import type { NamedTensor, Signature } from '../../inference/datatype';
import { checkFeeds } from '../../inference/feeds';
import { OUT_OF_MEMORY } from '../../inference/memoryLimit';
import type { FromModel, ToModel } from '../../inference/messages';
import { modelEnvironment } from '../../inference/modelEnvironment';
import { Refused } from '../../inference/refused';
import { LoopwrightError } from '../../protocol/errors';

const BATCH_ROWS = 64;
const THREADS = '1';

/** What some rows of a table are to the model. @throws Refused */
export type FeedsOf = (from: number, to: number) => NamedTensor[];

interface Waiting {
  readonly resolve: (outputs: readonly NamedTensor[]) => void;
  readonly reject: (why: Error) => void;
}

export class ModelRun {
  private readonly child: ChildProcess;
  private readonly ready = Promise.withResolvers<Signature>();
  private waiting: Waiting | null = null;
  private over: Error | null = null;
  private answersBatches = false;
  private said = '';
  private lastId = 0;

  /** @param label what errors call it: `fraud v3` */
  constructor(
    file: string,
    private readonly label: string,
    memoryMb: number,
  ) {
    this.ready.promise.catch(() => undefined); // whoever waits for it is told
    this.child = fork(join(__dirname, 'model.js'), [file, THREADS, String(BATCH_ROWS), String(memoryMb)], {
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

  /** The outputs of each row. @throws LoopwrightError `bad_request` that names the model */
  async answers(count: number, feedsOf: FeedsOf): Promise<NamedTensor[][]> {
    const signature = await this.signature;
    const rows: NamedTensor[][] = [];
    const step = this.answersBatches ? BATCH_ROWS : 1;
    try {
      for (let from = 0; from < count; from += step) {
        const to = Math.min(count, from + step);
        const feeds = feedsOf(from, to);
        checkFeeds(feeds, signature);
        const outputs = await this.run(feeds);
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

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private run(feeds: readonly NamedTensor[]): Promise<readonly NamedTensor[]> {
    return new Promise((resolve, reject) => {
      if (this.over) {
        reject(this.over);
        return;
      }
      this.waiting = { resolve, reject };
      this.child.send({ kind: 'run', id: ++this.lastId, feeds } satisfies ToModel);
    });
  }

  private take(message: FromModel): void {
    switch (message.kind) {
      case 'opened':
        return;
      case 'ready':
        this.answersBatches = message.answersBatches;
        this.ready.resolve(message.signature);
        return;
      case 'failed':
        this.end(new LoopwrightError('bad_request', `${this.label}: ${message.message}`));
        return;
      case 'ran':
        this.waiting?.resolve(message.outputs);
        return;
      case 'refused':
        this.waiting?.reject(new Refused(message.message));
    }
  }

  private end(why: Error): void {
    this.over ??= why;
    this.ready.reject(this.over);
    this.waiting?.reject(this.over);
  }

  private whyOver(end: string, memoryMb: number): LoopwrightError {
    const why = this.said.endsWith(OUT_OF_MEMORY)
      ? `needed more than ${String(memoryMb)} MB of memory, which is what a model gets here.`
      : `ended its process (${end}).`;
    return new LoopwrightError('bad_request', `${this.label} ${why}`);
  }
}
