/** From "this is due for a run" to a job, and from its end back to the writer. */
import { LoopwrightError } from '../../protocol/errors';
import type { Jobs } from '../jobs';
import type { EngineWorkKind } from '../tracking';

export interface RunWorkParts {
  /** The store's folder. */
  readonly store: string;
  readonly jobs: Jobs;
  /** Told of the end of each; `reason` says why it failed. */
  readonly onOver: (runId: string, work: EngineWorkKind, reason: string | null) => void;
  readonly log: (message: string) => void;
}

type Start = (jobs: Jobs, run: { readonly store: string; readonly runId: string }) => Promise<unknown>;

/** How each kind of work is started; kinds that are not here are not the engine's. */
const starters: Partial<Record<EngineWorkKind, Start>> = {
  code: (jobs, run) => jobs.run('code/snapshot', run, { lane: 'code' }),
  codeCheck: (jobs, run) => jobs.run('code/check', run, { lane: 'data' }),
  data: (jobs, run) => jobs.run('data/digest', { ...run, isEarly: false }, { lane: 'data' }),
};

export class RunWork {
  constructor(private readonly parts: RunWorkParts) {}

  start(runId: string, work: EngineWorkKind): void {
    const { jobs, store, onOver, log } = this.parts;
    const start = starters[work];
    if (!start) return;
    start(jobs, { store, runId }).then(
      () => onOver(runId, work, null),
      (thrown: unknown) => {
        const { code, message } = LoopwrightError.from(thrown);
        // Cancelled with the engine: the next one takes it up again.
        if (code === 'cancelled') return;
        log(`${work} of run ${runId}: ${message}`);
        onOver(runId, work, message);
      },
    );
  }

  /** Hashes the inputs of a run that goes on. That is a chance, not a duty: the end of the run comes back to all of them. */
  startEarly(runId: string): void {
    const { jobs, store, log } = this.parts;
    jobs.run('data/digest', { store, runId, isEarly: true }, { lane: 'data' }).catch((thrown: unknown) => {
      const { code, message } = LoopwrightError.from(thrown);
      if (code !== 'cancelled') log(`inputs of run ${runId}: ${message}`);
    });
  }
}
