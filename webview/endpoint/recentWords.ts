/** What is said of requests that an endpoint was asked lately. Pure. */
import { type RecentRequest, type RequestLogSettings } from '../../src/protocol/endpoints';
import { formatNumber } from '../../src/protocol/format';
import { exactTime } from '../charts/reading';

const MAX_NAMES = 10;

/** Which way requests are remembered. */
export function keptWords(log: RequestLogSettings | null): string {
  if (!log) return 'No request is kept (--log off).';
  const { days, megabytes, mask } = log;
  const names = mask.slice(0, MAX_NAMES).map(visible);
  const more = mask.length - names.length;
  const all = more > 0 ? [...names, `${formatNumber(more)} more`] : names;
  const masked =
    all.length === 0
      ? 'no column is masked'
      : all.length === 1
        ? `${all.join()} is masked`
        : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''} are masked`;
  return `Requests are kept for ${formatNumber(days)} ${days === 1 ? 'day' : 'days'}, up to ${formatNumber(megabytes)} MB; ${masked}.`;
}

const SERVICES: readonly (readonly [RegExp, string])[] = [
  [/^inference\.GRPCInferenceService\//, 'Open Inference Protocol'],
  [/^tensorflow\.serving\./, 'TensorFlow Serving'],
];

/** Of gRPC it is told by service and method. */
export function dialectWords(dialect: string): string {
  if (!dialect.includes('/')) return dialect;
  const [, known] = SERVICES.find(([pattern]) => pattern.test(dialect)) ?? [];
  return `${known ?? dialect}, gRPC`;
}

/** `14:02:03.120`; with its day where that is not today. */
export function whenWords(timeMs: number, nowMs: number): string {
  const exact = `${exactTime(timeMs)}.${String(Math.floor(timeMs % 1000)).padStart(3, '0')}`;
  const [day = '', clock = ''] = exact.split(' ');
  return exactTime(nowMs).startsWith(day) ? clock : exact;
}

export const tookWords = (ms: number): string => `${formatNumber(ms)}\u2009ms`;

const FIRST_PICTURE = 0x2400;
const PICTURES = 0x20;
const DELETE = 0x7f;

/** Control characters as the pictures that Unicode has for them: two ids that differ are not shown alike. */
export const visible = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (one) => {
    const code = one.charCodeAt(0);
    return code < PICTURES ? String.fromCharCode(FIRST_PICTURE + code) : code === DELETE ? '\u2421' : '\ufffd';
  });

export const isFailed = ({ status, failure }: RecentRequest): boolean => failure !== null || status >= 400;

/** By what was asked, or as too much was: nothing of the endpoint broke. */
export const isRefused = (request: RecentRequest): boolean => isFailed(request) && request.status < 500;
