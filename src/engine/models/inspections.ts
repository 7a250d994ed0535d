/** Looking into models' files, as whoever asks for it sees it: in a process of its own, for a limited time. */
import { LoopwrightError } from '../../protocol/errors';
import type { GraphDiff } from '../../protocol/graphDiff';
import type { ModelInspection } from '../../protocol/inspection';
import type { ModelCard } from '../../protocol/modelCard';
import type { ModelPlace } from '../../protocol/requests';
import type { JobOptions, Jobs, TaskResult } from '../jobs';

/** A model of 10 GB takes seconds: its tensors are stepped over. */
const LIMIT_MS = 60_000;

type Asks = Pick<Jobs, 'run'>;

/** @throws LoopwrightError `not_found`, `bad_request` for a file that is damaged or takes too long */
export const inspectInJob = (
  jobs: Asks,
  store: string,
  place: ModelPlace,
  limitMs = LIMIT_MS,
): Promise<ModelInspection> => inTime('models/inspect', jobs, store, place, limitMs);

/** @throws LoopwrightError as `inspectInJob` */
export const inspectFileInJob = (jobs: Asks, file: string): Promise<ModelInspection> =>
  within(LIMIT_MS, file, (options) => jobs.run('models/inspectFile', { file }, { lane: 'models', ...options }));

/** @throws LoopwrightError as `inspectInJob` */
export const cardInJob = (jobs: Asks, store: string, place: ModelPlace, limitMs = LIMIT_MS): Promise<ModelCard> =>
  inTime('models/card', jobs, store, place, limitMs);

/** @throws LoopwrightError as `inspectInJob` */
export const compareGraphsInJob = (
  jobs: Asks,
  store: string,
  left: ModelPlace,
  right: ModelPlace,
): Promise<GraphDiff> =>
  within(LIMIT_MS, `One of ${left.path} and ${right.path}`, (options) =>
    jobs.run('models/compareGraphs', { store, left, right }, { lane: 'models', ...options }),
  );

function inTime<Name extends 'models/inspect' | 'models/card'>(
  task: Name,
  jobs: Asks,
  store: string,
  place: ModelPlace,
  limitMs: number,
): Promise<TaskResult<Name>> {
  return within(limitMs, place.path, (options) => jobs.run(task, { store, place }, { lane: 'models', ...options }));
}

async function within<Told>(
  limitMs: number,
  path: string,
  run: (options: Pick<JobOptions, 'signal' | 'onProgress'>) => Promise<Told>,
): Promise<Told> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await run({
      signal: abort.signal,
      onProgress: () => {
        timer = setTimeout(() => abort.abort(), limitMs);
      },
    });
  } catch (thrown) {
    if (!abort.signal.aborted) throw thrown;
    const seconds = String(Math.round(limitMs / 1000));
    throw new LoopwrightError(
      'bad_request',
      `${path} was not read to its end within ${seconds} s: it is too large or made to take long.`,
      { cause: thrown },
    );
  } finally {
    clearTimeout(timer);
  }
}
