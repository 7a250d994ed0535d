/** The log of an endpoint's requests: what is ordered of it, and its last requests as they are shown. */
import { existsSync } from 'node:fs';
import { DEFAULT_LOG, ENDPOINT_NAME, type RequestLogSettings } from '../protocol/endpoints';
import { LoopwrightError } from '../protocol/errors';
import { endpointFolder } from '../protocol/node/endpointFolder';
import { lastRequests, type LoggedRequest, type LoggedTensor, requestLogFolder } from '../protocol/node/requestLog';
import { type Cli, viewOf } from './command';
import { formatAgo, table } from './format';
import { EXIT } from './output';
import { storeToRead } from './store';

export const LOG_HELP = 'whether requests, with inputs and outputs, are kept in the store (default: on)';

interface LogOptions {
  readonly log?: string;
  readonly logDays?: string;
  readonly logSize?: string;
  readonly logMask?: string;
}

/** @throws LoopwrightError `bad_request` */
export function requestLogOf({ log, logDays, logSize, logMask }: LogOptions): RequestLogSettings | null {
  if (log !== undefined && log !== 'on' && log !== 'off')
    throw new LoopwrightError('bad_request', `--log takes on or off, not "${log.slice(0, 60)}".`);
  if (log === 'off') return null;
  return {
    days: amount('--log-days', logDays) ?? DEFAULT_LOG.days,
    megabytes: amount('--log-size', logSize) ?? DEFAULT_LOG.megabytes,
    mask: (logMask ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  };
}

function amount(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0.1 && number <= 1e7) return number;
  throw new LoopwrightError('bad_request', `${option} takes a number from 0.1 on, not "${text.slice(0, 60)}".`);
}

/** @throws LoopwrightError `not_found` */
export async function showRequests(cli: Cli, name: string, limit: number): Promise<number> {
  const { output } = cli;
  const { root } = storeToRead(cli.store, cli.cwd);
  if (!ENDPOINT_NAME.test(name) || !existsSync(endpointFolder(root, name)))
    throw new LoopwrightError('not_found', `There is no endpoint ${name.slice(0, 128)} in this store.`);
  const requests = await lastRequests(requestLogFolder(root, name), limit);
  if (output.isJson) output.document({ endpoint: name, requests: requests.map(documentOf) });
  else if (requests.length === 0) output.note(`No requests to ${name} are logged.`);
  else output.lines(requestTable(requests, viewOf(cli)));
  return EXIT.done;
}

const documentOf = ({ timeMs, tookUs, inputs, outputs, label, ...one }: LoggedRequest) => ({
  ...one,
  time: new Date(timeMs).toISOString(),
  ms: tookUs / 1000,
  inputs: inputs.map(tensorDocument),
  outputs: outputs.map(tensorDocument),
  label: label && {
    time: new Date(label.timeMs).toISOString(),
    ...('label' in label ? { label: label.label } : {}),
    ...(label.metrics ? { metrics: label.metrics } : {}),
    ...(label.comment === undefined ? {} : { comment: label.comment }),
  },
});

/** JSON has no whole numbers beyond 2^53, nor NaN and infinity: they are texts. */
const tensorDocument = ({ values, isCut, ...tensor }: LoggedTensor) => ({
  ...tensor,
  ...(isCut ? { truncated: true } : {}),
  values: values?.map((value) => (isPlain(value) ? value : String(value))) ?? null,
});

const isPlain = (value: unknown): boolean =>
  typeof value !== 'bigint' && (typeof value !== 'number' || Number.isFinite(value));

const SHOWN_VALUES = 6;

function requestTable(
  requests: readonly LoggedRequest[],
  { paint, width, nowMs }: ReturnType<typeof viewOf>,
): string[] {
  const columns = [
    { title: 'WHEN' },
    { title: 'ID', shrinks: true },
    { title: 'PROTOCOL', shrinks: true },
    { title: 'MS', align: 'right' as const },
    { title: 'INPUTS', shrinks: true },
    { title: 'OUTPUTS', shrinks: true },
    { title: 'LABEL', shrinks: true },
  ];
  const rows = requests.map(({ timeMs, id, dialect, tookUs, status, failure, inputs, outputs, label }) => [
    formatAgo(timeMs, nowMs),
    id,
    dialect,
    (tookUs / 1000).toPrecision(3),
    inputs.map(words).join(' '),
    failure === null ? outputs.map(words).join(' ') : `${String(status)} ${failure}`,
    label === null ? '' : JSON.stringify(label.label ?? label.metrics ?? label.comment),
  ]);
  return table(columns, rows, width, (title) => paint('bold', title));
}

function words({ name, values, shape }: LoggedTensor): string {
  if (values === null) return `${name} masked`;
  const some = values
    .slice(0, SHOWN_VALUES)
    .map((value) => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value)));
  return `${name} [${shape.join(', ')}] ${some.join(' ')}${values.length > SHOWN_VALUES ? ' …' : ''}`;
}
