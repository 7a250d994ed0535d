/** From "this is due for a run" to a job, and from its end back to the writer. */
import { LoopwrightError } from '../../protocol/errors';
import type { Jobs } from '../jobs';
import type { EngineWorkKind } from '../tracking';

export interface RunWorkParts {
  readonly jobs: Jobs;
  readonly store: string;
  /** Told of the end of each; `reason` says why it failed. */
  readonly onOver: (runId: string, work: EngineWorkKind, reason: string | null) => void;
  readonly log: (message: string) => void;
}

type Start = (jobs: Jobs, run: { readonly store: string; readonly runId: string }) => Promise<unknown>;

/** How each kind of work is started; kinds that are not here are not the engine's. */
const starters: Partial<Record<EngineWorkKind, Start>> = {
  code: (jobs, run) => jobs.run('code/snapshot', run, { lane: 'code' }),
  // In the same lane: after the snapshot that it looks at.
  codeCheck: (jobs, run) => jobs.run('code/check', run, { lane: 'code' }),
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
}
