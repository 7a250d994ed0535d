/** The lines of a metric's file: `timestamp value step`, of old versions without the step. Pure. */
import type { ForeignPoint } from './foreignStore';

export interface MetricLines {
  readonly lines: readonly (readonly string[])[];
  /** What is no line of a metric. */
  readonly wrong: readonly string[];
  /** The last line is being written. */
  readonly isTorn: boolean;
}

/** Lines by their fields. A line ends with its line break: what stands behind the last one is not whole. */
export function metricLines(content: string): MetricLines {
  const all = content.split('\n');
  const isTorn = all.pop() !== '';
  const fields = all.filter((line) => line.trim() !== '').map((line) => line.trim().split(' '));
  const isRight = ([time, value, step]: readonly string[]) =>
    isInteger(time) && numberOf(value) !== null && (step === undefined || isInteger(step));
  return {
    lines: fields.filter(isRight),
    wrong: fields.filter((one) => !isRight(one)).map((one) => one.join(' ')),
    isTorn,
  };
}

export const pointOf = (key: string, [time, value, step]: readonly string[]): ForeignPoint => [
  key,
  numberOf(value) ?? Number.NaN,
  Number(time),
  step === undefined ? 0 : Number(step),
];

const isInteger = (text = ''): boolean => /^-?\d+$/.test(text);

/** As Python writes a float; null for what is none. */
export function numberOf(text = ''): number | null {
  switch (text.toLowerCase()) {
    case 'nan':
      return Number.NaN;
    case 'inf':
      return Number.POSITIVE_INFINITY;
    case '-inf':
      return Number.NEGATIVE_INFINITY;
    default:
      return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : null;
  }
}
