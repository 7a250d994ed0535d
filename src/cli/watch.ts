/** What the engine makes of a run that this process has in its foreground. It never holds up the script. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineConnection } from '../client/connection';
import type { MetricSummary, Note, RunRow, StoreState } from '../protocol/entities';
import { LoopwrightError } from '../protocol/errors';
import { addressesOf } from '../protocol/node/addresses';
import type { StorePaths } from '../protocol/node/storeFolder';
import { allMetrics, allNotes, isOver } from './lookup';
import { type Engines, type Session, unusable } from './store';

const LOOK_AGAIN_MS = 30;
/** Another client that needs the engine may start it anew as well: they find each other's. */
const OPEN_AGAIN_MS = 500;

export interface Finished {
  readonly run: RunRow;
  readonly metrics: readonly MetricSummary[];
  readonly notes: readonly Note[];
}

export class RunWatch {
  private session: Promise<Session>;
  private isOver = false;

  constructor(
    private readonly engines: Engines,
    private readonly paths: StorePaths,
    private readonly runId: string,
  ) {
    this.session = this.open();
    this.session.catch(() => undefined); // told by `finish`
  }

  /**
   * The run as the store has it, once it is over there.
   *
   * @throws LoopwrightError why it can't be told in time
   */
  async finish(withinMs: number): Promise<Finished> {
    const cancel = new AbortController();
    const late = sleep(withinMs, undefined, { signal: cancel.signal }).then(() => {
      throw new LoopwrightError(
        'engine_unavailable',
        `The engine did not take the run in within ${String(withinMs / 1000)} s; it goes on with that.`,
      );
    });
    try {
      return await Promise.race([this.poll(cancel.signal), late]);
    } finally {
      this.isOver = true;
      cancel.abort();
      late.catch(() => undefined);
    }
  }

  /** Asks something else of the same engine. */
  async use<Answer>(ask: (connection: EngineConnection) => Promise<Answer>): Promise<Answer> {
    return ask((await this.session).connection);
  }

  private async poll(cancelled: AbortSignal): Promise<Finished> {
    for (;;) {
      const { connection } = await this.session;
      try {
        await connection.request('runs/announce', { runId: this.runId });
        const { run } = await connection.request('runs/get', { runId: this.runId });
        if (isOver(run)) {
          const [metrics, notes] = await Promise.all([
            allMetrics(connection, this.runId),
            allNotes(connection, this.runId),
          ]);
          return { run, metrics, notes };
        }
        await sleep(LOOK_AGAIN_MS, undefined, { signal: cancelled });
      } catch (thrown) {
        const { code } = LoopwrightError.from(thrown);
        if (code !== 'engine_unavailable' && code !== 'engine_stopping') throw thrown;
        // It was killed or replaced meanwhile.
        connection.close();
        this.session = this.open();
      }
    }
  }

  private async open(): Promise<Session> {
    const session = await this.engines.open(this.paths);
    const state = await adopted(session);
    if (state.state === 'unusable') throw unusable(state);
    await session.connection.request('runs/announce', { runId: this.runId }).catch(() => undefined);
    session.connection.onClosed(() => {
      if (!this.isOver) setTimeout(() => this.openAgain(), OPEN_AGAIN_MS).unref();
    });
    return session;
  }

  /**
   * A script that logs to the store's tracking server waits for an engine that was killed, and not for ever. One that was
   * stopped took its socket along: whoever did that does not want it back.
   */
  private openAgain(): void {
    if (this.isOver || !existsSync(addressesOf(this.paths.root).engineSocket)) return;
    this.session = this.open();
    this.session.catch(() => undefined); // told by `finish`
  }
}

/** A run adopts its store; an engine that was there before has to be told. */
async function adopted({ connection, state }: Session): Promise<StoreState> {
  const isForeign = state.state === 'unusable' ? state.code === 'not_adopted' : !state.adopted;
  return isForeign ? (await connection.request('store/adopt', {})).store : state;
}
