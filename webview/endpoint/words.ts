/** What is said of an endpoint. Pure. */
import { type EndpointModel, type ShownEndpoint } from '../../src/protocol/pages/endpoint';
import { isLoopback, type ToldEndpoint } from '../../src/protocol/endpoints';
import { formatDuration } from '../../src/protocol/format';
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

export const BATCHES: Readonly<Record<ToldEndpoint['batches'], { readonly value: string; readonly hint: string }>> = {
  answered: { value: 'up to 64 rows', hint: 'requests that wait are run together' },
  shape: { value: 'no', hint: 'more than the first dimension of its inputs is open, or the first is not' },
  otherwise: { value: 'no', hint: 'it answers rows together not as it answers each alone' },
  unknown: { value: 'not known', hint: 'no model is loaded' },
};

/** `fraud v3`, `model.onnx` */
export const servedWords = ({ model, version, digest }: ShownEndpoint): string =>
  digest === null ? model : `${model} v${version}`;

export function settingsOf({ endpoint, told }: EndpointModel) {
  const { port, host, threads, deadlineMs, queue, process, file } = endpoint;
  const batches = told ? BATCHES[told.batches] : null;
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
    { key: 'Threads', value: String(threads), hint: 'for one run of the model' },
    ...(batches ? [{ key: 'Batches', ...batches }] : []),
    { key: 'Deadline', value: formatDuration(deadlineMs), hint: 'a request that takes longer is told so' },
    { key: 'Queue', value: String(queue), hint: 'requests may wait; more are told 429' },
    ...(isOver(endpoint.state) ? [] : [{ key: 'Process', value: String(process.pid) }]),
    { key: 'File', value: file },
  ];
}
