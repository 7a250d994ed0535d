/** Looking into models' files, as whoever asks for it sees it: in a process of its own, for a limited time. */
import { LoopwrightError } from '../../protocol/errors';
import type { ModelInspection } from '../../protocol/inspection';
import type { Jobs } from '../jobs';
import type { KeptPlace } from './task';

/** A model of 10 GB takes seconds: its tensors are stepped over. */
const LIMIT_MS = 60_000;

/** @throws LoopwrightError `not_found`, `bad_request` for a file that is damaged or takes too long */
export async function inspectInJob(
  jobs: Pick<Jobs, 'run'>,
  store: string,
  place: KeptPlace,
  limitMs = LIMIT_MS,
): Promise<ModelInspection> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await jobs.run(
      'models/inspect',
      { store, place },
      {
        lane: 'models',
        signal: abort.signal,
        onProgress: () => {
          timer = setTimeout(() => abort.abort(), limitMs);
        },
      },
    );
  } catch (thrown) {
    if (!abort.signal.aborted) throw thrown;
    const seconds = String(Math.round(limitMs / 1000));
    throw new LoopwrightError(
      'bad_request',
      `${place.path} was not read to its end within ${seconds} s: it is too large or made to take long.`,
      { cause: thrown },
    );
  } finally {
    clearTimeout(timer);
  }
}
