/** From "this is due for a run" to a job, and from its end back to the writer. */
import { LoopwrightError } from '../../protocol/errors';
import type { Jobs } from '../jobs';
import type { EngineWorkKind } from '../tracking';

export interface RunWorkParts {
  readonly jobs: Jobs;
  /** Told of the end of each; `reason` says why it failed. */
  readonly onOver: (runId: string, work: EngineWorkKind, reason: string | null) => void;
  readonly log: (message: string) => void;
}

type Start = (jobs: Jobs, runId: string) => Promise<unknown>;

/** How each kind of work is started; kinds that are not here are not the engine's. */
const starters: Partial<Record<EngineWorkKind, Start>> = {};

export class RunWork {
  constructor(private readonly parts: RunWorkParts) {}

  start(runId: string, work: EngineWorkKind): void {
    const { jobs, onOver, log } = this.parts;
    const start = starters[work];
    if (!start) return;
    start(jobs, runId).then(
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
