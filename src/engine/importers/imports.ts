/**
 * An import from the engine's side: a job reads the other store and makes run folders of it, the writer takes them in
 * while that goes on. One at a time.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LoopwrightError } from '../../protocol/errors';
import { type ImportResult, type ImportSource, type ImportState, SHOWN_PROBLEMS } from '../../protocol/imports';
import type { Reply, Write, WriteMethod } from '../clients';
import type { Jobs } from '../jobs';
import type { ImportProgress } from './importRuns';
import { keepAccount } from './outline';

/** How long runs are gathered while a job brings more: taken in many at a time they cost half. */
const GATHER_MS = 1000;
/** So many are written in one transaction. */
const GROUP = 50;

/** What the database's writer does for it. */
export interface ImportWriter {
  /** A slice of taking in what lies ready. */
  takeIncoming(): Promise<{ readonly taken: number; readonly left: number }>;
  /** All of it was taken in, and nobody puts more there. */
  clearIncoming(): Promise<unknown>;
  tell(writes: readonly Write[]): Promise<readonly Reply[]>;
  editImported(change: { readonly runIds: readonly string[]; readonly deleted: boolean }): Promise<unknown>;
}

export interface ImportParts {
  /** The store's folder. */
  readonly store: string;
  readonly jobs: Jobs;
  readonly writer: () => ImportWriter;
  readonly onBusy: (isBusy: boolean) => void;
}

const IDLE: ImportState = { step: null, doneRuns: 0, totalRuns: 0 };

export class Imports {
  state: ImportState = IDLE;
  private abort: AbortController | null = null;
  private taking: Promise<void> | null = null;

  constructor(private readonly parts: ImportParts) {}

  /** @throws LoopwrightError what is wrong with the source; `cancelled`: what was imported until then stays */
  async start(source: ImportSource): Promise<ImportResult> {
    if (this.abort) throw new LoopwrightError('bad_request', 'Something is being imported already. Wait for its end.');
    const abort = new AbortController();
    this.abort = abort;
    this.parts.onBusy(true);
    this.state = { ...IDLE, step: 'look' };
    try {
      return await this.perform(source, abort.signal);
    } finally {
      await this.takeRest().catch(() => undefined); // it waits for the next engine then
      this.abort = null;
      this.state = IDLE;
      this.parts.onBusy(false);
    }
  }

  cancel(): void {
    this.abort?.abort();
  }

  /** Takes in what lies ready, also what an engine that was killed has left so. */
  async takeRest(): Promise<void> {
    await this.taking?.catch(() => undefined);
    await this.takeSoFar();
    await this.parts.writer().clearIncoming();
  }

  private takeSoFar(): Promise<void> {
    this.taking ??= this.take().finally(() => (this.taking = null));
    return this.taking;
  }

  private async perform(source: ImportSource, signal: AbortSignal): Promise<ImportResult> {
    const { store, jobs, writer } = this.parts;
    const outline = await jobs.run('import/outline', { store, source }, { lane: 'import', signal });
    // The runs say to which of them they belong.
    const experiments = await this.tell('imports/experiment', outline.experiments);
    let takenMs = performance.now();
    const onProgress = (value: unknown) => {
      this.state = value as ImportProgress;
      if (performance.now() - takenMs < GATHER_MS) return;
      takenMs = performance.now();
      this.takeSoFar().catch(() => undefined); // told when the rest is taken in
    };
    const { deleted, restored, ...found } = await jobs.run(
      'import/runs',
      { store, source },
      { lane: 'import', signal, onProgress },
    );
    await this.takeRest();
    for (const change of [
      { runIds: deleted, deleted: true },
      { runIds: restored, deleted: false },
    ])
      if (change.runIds.length > 0) await writer().editImported(change);
    this.state = { ...this.state, step: 'registry' };
    // Their files are there now.
    const models = await this.tell('imports/model', outline.models);
    const versions = await this.tell('imports/registered', outline.registered);
    keepAccount(outline.account);
    const problems = [...new Set([...found.problems, ...outline.problems])];
    return {
      ...found,
      experiments: sum(experiments),
      loggedModels: sum(models),
      modelVersions: sum(versions),
      problems: problems.slice(0, SHOWN_PROBLEMS),
      problemCount: found.problemCount + problems.length - found.problems.length,
    };
  }

  /** @throws LoopwrightError what was refused: nothing is lost, the next import tells it again */
  private async tell<M extends WriteMethod>(method: M, all: readonly Write<M>['params'][]): Promise<unknown[]> {
    const values: unknown[] = [];
    for (let at = 0; at < all.length; at += GROUP) {
      const replies = await this.parts.writer().tell(all.slice(at, at + GROUP).map((params) => ({ method, params })));
      for (const reply of replies) {
        if ('refused' in reply) throw new LoopwrightError('internal', reply.refused.message);
        values.push(reply.value);
      }
    }
    return values;
  }

  private async take(): Promise<void> {
    for (;;) {
      const { taken, left } = await this.parts.writer().takeIncoming();
      if (taken === 0 && left === 0) return;
      await nextTurn(); // what others ask of the writer comes in between
    }
  }
}

const sum = (values: readonly unknown[]): number => values.reduce<number>((total, value) => total + Number(value), 0);
