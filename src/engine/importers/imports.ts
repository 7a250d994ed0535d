/**
 * An import from the engine's side: a job reads the other store and makes run folders of it, the writer takes them in
 * while that goes on. One at a time.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LoopwrightError } from '../../protocol/errors';
import type { ImportResult, ImportState } from '../../protocol/imports';
import type { Jobs } from '../jobs';
import type { ImportProgress } from './importRuns';

/** What the database's writer does for it. */
export interface ImportWriter {
  /** A slice of taking in what lies ready. */
  takeIncoming(): Promise<{ readonly taken: number; readonly left: number }>;
  editImported(change: { readonly runIds: readonly string[]; readonly deleted: boolean }): Promise<unknown>;
}

export interface ImportParts {
  /** The store's folder. */
  readonly store: string;
  readonly jobs: Jobs;
  readonly writer: () => ImportWriter;
  readonly onBusy: (isBusy: boolean) => void;
}

const IDLE: ImportState = { isRunning: false, step: null, doneRuns: 0, totalRuns: 0 };

export class Imports {
  state: ImportState = IDLE;
  private abort: AbortController | null = null;
  private taking: Promise<void> | null = null;

  constructor(private readonly parts: ImportParts) {}

  /** @throws LoopwrightError what is wrong with the path; `cancelled`: what was imported until then stays */
  async start(path: string): Promise<ImportResult> {
    if (this.abort) throw new LoopwrightError('bad_request', 'Something is being imported already. Wait for its end.');
    const abort = new AbortController();
    this.abort = abort;
    this.parts.onBusy(true);
    this.state = { ...IDLE, isRunning: true, step: 'look' };
    try {
      return await this.perform(path, abort.signal);
    } finally {
      await this.takeAll().catch(() => undefined); // what lies ready waits for the next engine then
      this.abort = null;
      this.state = IDLE;
      this.parts.onBusy(false);
    }
  }

  cancel(): void {
    this.abort?.abort();
  }

  /** Takes in what an engine that was killed has not come to. */
  async takeAll(): Promise<void> {
    this.taking ??= this.take().finally(() => (this.taking = null));
    await this.taking;
  }

  private async perform(path: string, signal: AbortSignal): Promise<ImportResult> {
    const { store, jobs, writer } = this.parts;
    const onProgress = (value: unknown) => {
      this.state = { isRunning: true, ...(value as ImportProgress) };
      this.takeAll().catch(() => undefined); // told when the rest is taken in
    };
    const { deleted, restored, ...found } = await jobs.run(
      'import/runs',
      { store, path },
      { lane: 'import', signal, onProgress },
    );
    await this.takeAll();
    await this.takeAll();
    for (const change of [
      { runIds: deleted, deleted: true },
      { runIds: restored, deleted: false },
    ])
      if (change.runIds.length > 0) await writer().editImported(change);
    return { ...found, experiments: 0, loggedModels: 0, modelVersions: 0 };
  }

  private async take(): Promise<void> {
    for (;;) {
      const { taken, left } = await this.parts.writer().takeIncoming();
      if (taken === 0 && left === 0) return;
      await nextTurn(); // what others ask of the writer comes in between
    }
  }
}
