/** Values as MLflow's database writes them. Pure. */
import type { ClientPoint } from '../clients';

/** Of a metric: NaN is a flag, and infinity the largest number there is. */
export const metricRow = (runId: string, [key, value, timestamp, step]: ClientPoint) => ({
  key,
  value: finite(value ?? 0),
  timestamp,
  step,
  is_nan: value === null ? 1 : 0,
  run_uuid: runId,
});

export const finite = (value: number): number => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

export const lifecycle = (deletedMs: number | null): 'active' | 'deleted' =>
  deletedMs === null ? 'active' : 'deleted';
