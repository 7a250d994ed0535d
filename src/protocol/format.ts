/** How durations, numbers and times read wherever people see them: in the tree, on the pages, on the command line. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const THIN_SPACE = '\u2009';

/** `0.4s`, `3.2s`, `42s`, `2m 14s`, `3h 5m`, `2d 4h`: never more than two units. Negative counts as nothing. */
export function formatDuration(durationMs: number): string {
  if (!Number.isFinite(durationMs) || durationMs <= 0) return '0s';
  if (durationMs < 9_950) return `${trim((durationMs / SECOND).toFixed(1))}s`;
  const seconds = Math.round(durationMs / SECOND);
  if (seconds < 60) return `${String(seconds)}s`;
  if (seconds < 3600) return twoUnits(seconds, 60, 'm', 's');
  const minutes = Math.round(durationMs / MINUTE);
  if (minutes < 24 * 60) return twoUnits(minutes, 60, 'h', 'm');
  return twoUnits(Math.round(durationMs / HOUR), 24, 'd', 'h');
}

/**
 * Four significant digits, but never fewer than a number's whole ones, with thin spaces between thousands: `0.9412`,
 * `12 346`. From a thousand million on and below a ten-thousandth with an exponent: `1.235e9`, `3.2e-5`.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 999_999_999.5 || size < 0.0001) {
    const [mantissa = '', exponent = ''] = value.toExponential(3).split('e');
    return `${trim(mantissa)}e${exponent.replace('+', '')}`;
  }
  const text = size >= 1000 ? value.toFixed(0) : trim(value.toPrecision(4));
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `just now`, `5 min ago`, `3 h ago`, `yesterday`, `6 days ago`, `3 weeks ago`, … A time to come counts as now. */
export function formatRelative(timeMs: number, nowMs: number): string {
  const age = nowMs - timeMs;
  if (age < MINUTE) return 'just now';
  if (age < HOUR) return `${String(Math.floor(age / MINUTE))} min ago`;
  if (age < DAY) return `${String(Math.floor(age / HOUR))} h ago`;
  const days = Math.floor(age / DAY);
  if (days === 1) return 'yesterday';
  if (days < 14) return `${String(days)} days ago`;
  if (days < 60) return `${String(Math.floor(days / 7))} weeks ago`;
  if (days < 730) return `${String(Math.floor(days / 30.44))} months ago`;
  return `${String(Math.floor(days / 365.25))} years ago`;
}

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `512 B`, `1.2 MB`: powers of 1000. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${SIZE_UNITS[unit] ?? ''}`;
}

function twoUnits(amount: number, perLarge: number, large: string, small: string): string {
  const rest = amount % perLarge;
  const whole = `${String(Math.floor(amount / perLarge))}${large}`;
  return rest === 0 ? whole : `${whole} ${String(rest)}${small}`;
}

/** Zeros that say nothing at the end of a fraction. */
function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
