/** What is said of an endpoint. Pure. */
import { type EndpointModel, type ShownEndpoint } from '../../src/protocol/pages/endpoint';
import { isLoopback, type ToldEndpoint } from '../../src/protocol/endpoints';
import { formatDuration, formatNumber } from '../../src/protocol/format';
import { type IconName } from '../ui/icons';

type State = ShownEndpoint['state'];

export interface StateWords {
  readonly icon: IconName;
  readonly word: string;
  readonly kind: 'good' | 'bad' | 'odd' | 'plain';
}

export const STATES: Readonly<Record<State, StateWords>> = {
  starting: { icon: 'loading', word: 'starting', kind: 'plain' },
  ready: { icon: 'pass', word: 'ready', kind: 'good' },
  unloaded: { icon: 'circle-slash', word: 'model unloaded', kind: 'plain' },
  restarting: { icon: 'refresh', word: 'model restarting', kind: 'odd' },
  stopping: { icon: 'loading', word: 'stopping', kind: 'plain' },
  silent: { icon: 'warning', word: 'does not answer', kind: 'odd' },
  ended: { icon: 'error', word: 'ended', kind: 'bad' },
  stopped: { icon: 'circle-slash', word: 'stopped', kind: 'plain' },
};

export const isOver = (state: State): boolean => state === 'ended' || state === 'stopped';

/** Below the head, where it does not serve as it should. */
export function stateSentence({ state, cause, port }: ShownEndpoint): string {
  switch (state) {
    case 'ready':
      return '';
    case 'starting':
      return 'The model is being loaded. Nothing is answered before it is.';
    case 'unloaded':
      return 'Its model was unloaded by a request. Until it is loaded again, by a request or a restart, requests are answered 503.';
    case 'restarting':
      return 'The process that runs the model ended and is started again. Until it is back, requests are answered 503.';
    case 'stopping':
      return 'What was begun is answered, nothing else is taken.';
    case 'silent':
      return 'Its process lives, and did not answer within 3 s.';
    case 'ended':
      return `${cause} Restart starts it again${port === 0 ? '' : `, at port ${String(port)}`}.`;
    case 'stopped':
      return `It ended as it was told to. Restart starts it again${port === 0 ? '' : `, at port ${String(port)}`}.`;
  }
}

const BATCHES: Readonly<
  Record<Exclude<ToldEndpoint['batches'], 'answered'>, { readonly value: string; readonly hint: string }>
> = {
  shape: { value: 'no', hint: 'more than the first dimension of its inputs is open, or the first is not' },
  otherwise: { value: 'no', hint: 'it answers rows together not as it answers each alone' },
  crashed: { value: 'no', hint: 'its process ended when made-up rows were tried: nothing is tried any more' },
  unknown: { value: 'not known', hint: 'no model is loaded' },
};

/** `fraud v3`, `model.onnx` */
export const servedWords = ({ model, version, digest }: ShownEndpoint): string =>
  digest === null ? model : `${model} v${version}`;

/** What was asked for, or what was found out when the model was loaded. */
function runSettings({ endpoint, told }: EndpointModel) {
  const tuning = told?.tuning ?? null;
  const threads = tuning?.threads ?? endpoint.threads;
  const threadsHint = endpoint.threads === null ? threadsTried(tuning) : '';
  return [
    {
      key: 'Threads',
      value: threads === null ? 'not known' : String(threads),
      hint: ['for one run of the model', threadsHint].filter((part) => part !== '').join('; '),
    },
    ...(told ? [{ key: 'Batches', ...batchesOf(told, endpoint.batchRows === null) }] : []),
  ];
}

function batchesOf({ batches, tuning }: ToldEndpoint, isTuned: boolean) {
  if (batches !== 'answered') return BATCHES[batches];
  const rows = tuning?.batchRows;
  const value = rows === undefined ? 'yes' : rows === 1 ? 'no' : `up to ${String(rows)} rows`;
  const alone = isTuned ? 'rows that are run together take as long as one by one' : 'as was asked for';
  const hint = rows === 1 ? alone : 'requests that wait are run together';
  const tried = isTuned ? rowsTried(tuning) : '';
  return { value, hint: tried === '' ? hint : `${hint}; ${tried}` };
}

/** `tuned: 32 rows take 2.3 ms with 2 threads, 4.1 ms with 1` */
function threadsTried(tuning: ToldEndpoint['tuning']): string {
  const last = tuning?.tried.at(-1);
  if (!tuning || !last) return '';
  const one = tuning.tried.find(({ rows, threads }) => rows === last.rows && threads === 1);
  if (last.threads === 1 || !one) return 'tuned: more were not worth a try';
  const took = `${rowWords(last.rows)} ${timeOf(last.ms)} with ${String(last.threads)} threads`;
  return `tuned: ${took}, ${timeOf(one.ms)} with 1`;
}

/** `tuned: 1 row takes 0.04 ms, 64 rows take 0.3 ms` */
function rowsTried(tuning: ToldEndpoint['tuning']): string {
  const alone = tuning?.tried.filter(({ threads }) => threads === tuning.tried[0]?.threads) ?? [];
  const [first] = alone;
  const last = alone.find(({ rows }) => rows === tuning?.batchRows);
  if (!first || !last || first === last) return '';
  return `tuned: ${rowWords(first.rows)} ${timeOf(first.ms)}, ${rowWords(last.rows)} ${timeOf(last.ms)}`;
}

const rowWords = (rows: number): string => (rows === 1 ? '1 row takes' : `${String(rows)} rows take`);
const timeOf = (ms: number): string => `${formatNumber(Number(ms.toPrecision(2)))}\u2009ms`;

export function settingsOf(page: EndpointModel) {
  const { endpoint } = page;
  const { port, host, deadlineMs, queue, process, file } = endpoint;
  return [
    ...(port === 0
      ? []
      : [
          {
            key: 'Port',
            value: String(port),
            hint: isLoopback(host) ? 'of this machine alone' : `at ${host}: also for others`,
          },
        ]),
    ...runSettings(page),
    { key: 'Deadline', value: formatDuration(deadlineMs), hint: 'a request that takes longer is told so' },
    { key: 'Queue', value: String(queue), hint: 'requests may wait; more are told 429' },
    ...(isOver(endpoint.state) ? [] : [{ key: 'Process', value: String(process.pid) }]),
    { key: 'File', value: file },
  ];
}
