/** Filters of runs as conditions, in both dialects. */
import { readFilter, readMlflowFilter } from '../../../protocol/filter';
import type { Condition } from '../conditions';
import { conditionsOf } from './compile';

export { testOf } from './compile';
export { parseMlflowOrder } from './mlflowOrder';
export { defineRegexp, withinTime } from './regexp';

/** @throws LoopwrightError `bad_request` that points at the place that was not understood */
export const parseFilter = (text: string): Condition[] => conditionsOf(readFilter(text));

/** @throws LoopwrightError `bad_request` where MLflow's server answers INVALID_PARAMETER_VALUE */
export const parseMlflowFilter = (text: string): Condition[] => conditionsOf(readMlflowFilter(text));
