/** Requests about models' files. */
import type { ModelPlace } from '../../protocol/requests';
import type { Jobs } from '../jobs';
import type { RequestHandlers } from '../rpc/dispatch';
import { cardInJob, compareGraphsInJob, inspectFileInJob, inspectInJob } from './inspections';

/** @param requireRun throws LoopwrightError `not_found` */
export function modelHandlers(
  store: string,
  jobs: Pick<Jobs, 'run'>,
  requireRun: (runId: string) => Promise<unknown>,
): Pick<RequestHandlers, 'models/inspect' | 'models/inspectFile' | 'models/card' | 'models/compareGraphs'> {
  const known = async (place: ModelPlace): Promise<ModelPlace> => {
    if (place.owner === 'run') await requireRun(place.runId);
    return place;
  };
  return {
    'models/inspect': async (place) => inspectInJob(jobs, store, await known(place)),
    'models/inspectFile': ({ file }) => inspectFileInJob(jobs, file),
    'models/compareGraphs': async ({ left, right }) =>
      compareGraphsInJob(jobs, store, await known(left), await known(right)),
    'models/card': async (place) => cardInJob(jobs, store, await known(place)),
  };
}
