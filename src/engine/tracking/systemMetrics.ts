/** Telling what was measured of the machine from what the script logged, in SQL. */
import { SYSTEM_METRICS } from '../../protocol/requests';

export const IS_SYSTEM_METRIC = `substr(key, 1, ${String(SYSTEM_METRICS.length)}) = '${SYSTEM_METRICS}'`;
