/** The job that looks for a request in the log of an endpoint, and makes tables of what it has. All of it is bounded. */
import { type LoggedRequest, type LoggedTensor, requestLogFolder, requestOf } from '../../protocol/node/requestLog';
import type { LoggedLook, LoggedOrder, ShownTensor } from '../../protocol/pages/endpoint';
import { type JobContext, type Jobs, jobWithin } from '../jobs';
import { shownTensor } from './shownTensor';

export interface LoggedTask extends LoggedOrder {
  readonly store: string;
  readonly name: string;
}

const LIMIT_MS = 15_000;
const BOUNDS = { mostBytes: 64 * 1024 * 1024, mostMs: 5000 };
/** Of inputs, and of outputs alike. */
const MAX_TENSORS = 50;
const MAX_CELLS = 20_000;
const MAX_LABEL = 2000;
/** It gathers requests for 0.1 s, and may be busy. */
const WRITTEN_WITHIN_MS = 2000;

/** @throws LoopwrightError `bad_request` where it takes too long */
export const loggedInJob = (jobs: Pick<Jobs, 'run'>, task: LoggedTask): Promise<LoggedLook> =>
  jobWithin(jobs, 'serving/logged', task, {
    lane: 'requests',
    limitMs: LIMIT_MS,
    tooLong: `The log of ${task.name} was not read`,
    wayOut: 'Try again.',
  });

export async function readLogged(
  { store, name, ...wanted }: LoggedTask,
  { signal }: Pick<JobContext, 'signal'>,
): Promise<LoggedLook> {
  const folder = requestLogFolder(store, name);
  const { request, isSure } = await requestOf(folder, wanted, { ...BOUNDS, signal });
  if (!request) return { found: null, why: whyNot(Date.now() - wanted.timeMs - wanted.tookMs, isSure) };
  const { inputs, outputs } = request;
  return {
    found: {
      inputs: tablesOf(inputs),
      outputs: tablesOf(outputs),
      more: Math.max(0, inputs.length - MAX_TENSORS) + Math.max(0, outputs.length - MAX_TENSORS),
      label: labelOf(request),
      isLabelSure: isSure,
    },
    why: '',
  };
}

function whyNot(ageMs: number, isSure: boolean): string {
  if (ageMs < WRITTEN_WITHIN_MS) return 'It is not written to the log yet. Look again in a moment.';
  return isSure
    ? 'It is not in the log: it was left out, as requests came faster than the disk takes them, or it is gone with the oldest.'
    : 'It was not found: more was logged since than is looked through here. "loopwright endpoints log" has the newest.';
}

/** Many small ones, or few large ones. */
function tablesOf(tensors: readonly LoggedTensor[]): ShownTensor[] {
  let cells = 0;
  return tensors.slice(0, MAX_TENSORS).map(({ name, datatype, shape, values }) => {
    const shown = shownTensor({ name, datatype, shape, data: values ?? [], isMasked: values === null });
    const rows = shown.rows.slice(0, Math.max(1, Math.floor((MAX_CELLS - cells) / Math.max(1, shown.columns.length))));
    cells += rows.length * shown.columns.length;
    return { ...shown, rows };
  });
}

function labelOf({ label }: LoggedRequest): NonNullable<LoggedLook['found']>['label'] {
  if (!label) return null;
  const json = (value: unknown): string | null =>
    value === undefined ? null : JSON.stringify(value).slice(0, MAX_LABEL);
  return {
    timeMs: label.timeMs,
    label: json(label.label),
    metrics: json(label.metrics),
    comment: label.comment?.slice(0, MAX_LABEL) ?? null,
  };
}
