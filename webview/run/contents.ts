/** What there is of a run, so that the page has no section without anything in it. Pure. */
import { type RunPageModel } from '../../src/protocol/pages/run';
import { DRIFT_PAGE, DRIFT_TAG } from '../../src/protocol/driftNames';
import { SCORE_RESULT, SCORED_TAG } from '../../src/protocol/scoreNames';
import { countWords, isOver } from './words';

export type SectionId =
  | 'note'
  | 'metrics'
  | 'predictions'
  | 'drift'
  | 'parameters'
  | 'tags'
  | 'children'
  | 'cells'
  | 'reproducibility'
  | 'figures'
  | 'artifacts'
  | 'output'
  | 'code'
  | 'data'
  | 'environment'
  | 'system';

export const OPEN_AT_FIRST: ReadonlySet<SectionId> = new Set([
  'note',
  'metrics',
  'predictions',
  'drift',
  'parameters',
  'children',
  'cells',
  'figures',
]);

/** A run without a word on what was to be captured has a section only where there is something in it. */
export function hasCode({ capture, code, work }: RunPageModel): boolean {
  return code !== null || capture?.includes('code') === true || work.some(({ kind }) => kind === 'code');
}

/** Of a scoring job: `whole` with what it has made, `ended` before that; null of one that goes on, and of other runs. */
export function scoringOf({ artifacts, tags, run }: RunPageModel): 'whole' | 'ended' | null {
  if (!tags.some(({ key }) => key === SCORED_TAG)) return null;
  if (artifacts.some(({ path }) => path === SCORE_RESULT)) return 'whole';
  return isOver(run) ? 'ended' : null;
}

/** Of a comparison for drift: `whole` with what it has found, `ended` before that, `going` on; null of other runs. */
export function driftOf({ artifacts, tags, run }: RunPageModel): 'whole' | 'ended' | 'going' | null {
  if (artifacts.some(({ path }) => path === DRIFT_PAGE)) return 'whole';
  if (!tags.some(({ key }) => key === DRIFT_TAG)) return null;
  return isOver(run) ? 'ended' : 'going';
}

export function hasNote({ note }: RunPageModel): boolean {
  return note !== '';
}

export function hasData({ capture, totals, work }: RunPageModel): boolean {
  const isThere = totals.inputs > 0 || totals.outputs > 0;
  return isThere || capture?.includes('data') === true || work.some(({ kind }) => kind === 'data');
}

export function dataCount({ totals }: RunPageModel): string {
  const { inputs, outputs } = totals;
  return inputs === 0 && outputs === 0 ? '' : `${countWords(inputs, inputs)} in · ${countWords(outputs, outputs)} out`;
}
