/** Requests about what a store takes, and freeing it. */
import type { Jobs } from '../jobs';
import type { RequestHandlers } from '../rpc/dispatch';
import type { Gc } from './gc';
import type { RetentionKeeper } from './retention';

type House =
  | 'store/usage'
  | 'store/planGc'
  | 'store/gc'
  | 'store/gcState'
  | 'store/cancelGc'
  | 'store/retention'
  | 'store/confirmRetention';

export const houseHandlers = (
  store: string,
  jobs: Pick<Jobs, 'run'>,
  gc: Gc,
  retention: RetentionKeeper,
): Pick<RequestHandlers, House> => ({
  'store/usage': () => jobs.run('store/usage', { store }, { lane: 'house' }),
  'store/planGc': async (rules) => ({ plan: await gc.plan(rules) }),
  'store/gc': ({ planId, ...rules }) => gc.collect(rules, planId),
  'store/gcState': () => gc.state,
  'store/cancelGc': () => {
    gc.cancel();
    return {};
  },
  'store/retention': () => retention.state,
  'store/confirmRetention': ({ rules }) => {
    retention.confirm(rules);
    return {};
  },
});
