/** What says of a run that it is a comparison for drift. */
/** Its artifact: the result, as `DriftReport`. */
export const DRIFT_RESULT = 'drift.json';
/** What its page shows of that: `DriftPage`, small enough for one message. */
export const DRIFT_PAGE = 'drift.page.json';
/** Further features of that. @param number from 2 on */
export const driftPart = (number: number): string => `drift.page.${String(number)}.json`;
/** The same as a page for any browser, and as a table. */
export const DRIFT_HTML = 'drift.html';
export const DRIFT_CSV = 'drift.csv';
/** Its tag: what was compared with what. */
export const DRIFT_TAG = 'loopwright.drift.compared';
/** Of metrics: the effect of a feature, by which comparisons are compared. */
export const EFFECT_PREFIX = 'drift_effect/';
