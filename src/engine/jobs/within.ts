/** A job that somebody waits for: it is ended where that would take too long. */
import { LoopwrightError } from '../../protocol/errors';
import type { JobOptions, Jobs } from './jobs';
import type { TaskName, TaskParams, TaskResult } from './tasks';

export interface Within {
  readonly lane: JobOptions['lane'];
  readonly limitMs: number;
  /** What is said where that was too long: `fraud.csv was not read`, and behind it within what time. */
  readonly tooLong: string;
  /** What to do then. */
  readonly wayOut?: string;
}

/** @throws LoopwrightError `bad_request` where it takes too long, else what the job throws */
export async function jobWithin<Name extends TaskName>(
  jobs: Pick<Jobs, 'run'>,
  name: Name,
  params: TaskParams<Name>,
  { lane, limitMs, tooLong, wayOut = '' }: Within,
): Promise<TaskResult<Name>> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    return await jobs.run(name, params, { lane, signal });
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    const message = `${tooLong} within ${String(limitMs / 1000)} s. ${wayOut}`.trimEnd();
    throw new LoopwrightError('bad_request', message, { cause: thrown });
  }
}
