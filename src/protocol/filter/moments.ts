/** Points in time and durations as they are written in a filter. Pure but for the time zone of this process. */
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;
const DURATION = /^\s*(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d)\s*)+$/i;
const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/gi;
const SECONDS_OF = new Map([
  ['ms', 0.001],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/**
 * `2026-11-01`, `2026-11-01 14:00`, `2026-11-01T14:00:05.5Z`, `2026-11-01T14:00+02:00`. A day stands for its beginning;
 * without a zone it is local time.
 *
 * @returns Unix milliseconds; null if it is no such text, or no such day or time
 */
export function momentOf(text: string): number | null {
  const match = MOMENT.exec(text.trim());
  if (!match) return null;
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  const asUtc = Date.UTC(Number(year), Number(month) - 1, Number(day), h, m, s, milliseconds(fraction));
  // `Date` makes the first of March out of the thirtieth of February.
  const isReal = new Date(asUtc).toISOString().startsWith(`${year}-${month}-${day}`) && h < 24 && m < 60 && s < 60;
  if (!isReal) return null;
  if (zone === undefined)
    return new Date(Number(year), Number(month) - 1, Number(day), h, m, s, milliseconds(fraction)).getTime();
  return asUtc - minutesOf(zone) * 60_000;
}

const milliseconds = (fraction: string): number => Math.floor(Number(`0.${fraction}`) * 1000);

function minutesOf(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

/** `90s`, `5m`, `1h 30m`, `250ms`, `2d`. */
export function secondsOf(text: string): number | null {
  if (!DURATION.test(text)) return null;
  return [...text.matchAll(PART)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (SECONDS_OF.get(unit.toLowerCase()) ?? 0),
    0,
  );
}
