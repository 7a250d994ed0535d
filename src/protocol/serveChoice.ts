/** Which way to serve a model: what is asked for, what was measured, and what follows from both. Pure. */
import { formatDuration, formatNumber } from './format';

export const FRESHNESS = ['seconds', 'minutes', 'hours', 'days'] as const;
export type Freshness = (typeof FRESHNESS)[number];

export interface ServeWishes {
  /** How long an answer to one row may take, for 19 of 20; null where nobody waits for one. */
  readonly latencyMs: number | null;
  /** Null where it is not known. */
  readonly rowsPerDay: number | null;
  /** How old an answer may be. */
  readonly freshness: Freshness;
}

interface Times {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Of an endpoint that was asked by so many at once, a row in each request. */
export interface AskedEndpoint extends Times {
  readonly connections: number;
  readonly rowsPerSecond: number;
}

/** What was measured on this machine. */
export interface ServeFigures {
  /** Until the model can be run. */
  readonly loadMs: number;
  /** Whether rows that are run together are answered as each alone. */
  readonly answersTogether: boolean;
  /** In the process of the model: what running it takes, and nothing else. */
  readonly embedded: Times & {
    readonly rowsPerSecond: number;
    readonly together: { readonly rows: number; readonly rowsPerSecond: number } | null;
  };
  readonly rest: { readonly one: AskedEndpoint; readonly several: AskedEndpoint };
  /** Handing the rows over included. */
  readonly batch: { readonly rows: number; readonly rowsInRun: number; readonly rowsPerSecond: number };
}

export type ServeWay = 'embedded' | 'rest' | 'batch';

export interface ServeChoice {
  readonly way: ServeWay;
  /** Whether what is asked for was reached here; else it is what comes nearest. */
  readonly holds: boolean;
  readonly reasons: readonly string[];
}

const DAY_S = 86_400;
const PERIODS = { hours: 3_600, days: DAY_S } as const;

export function chooseServing(wishes: ServeWishes, figures: ServeFigures): ServeChoice {
  const { latencyMs, freshness } = wishes;
  if (latencyMs === null && (freshness === 'hours' || freshness === 'days'))
    return inBatches(wishes.rowsPerDay, freshness, figures);
  const choice = atOnce(wishes, figures);
  if (latencyMs === null || freshness === 'seconds') return choice;
  const reason = `That an answer may be ${freshness} old counts for nothing where somebody waits for it.`;
  return { ...choice, reasons: [...choice.reasons, reason] };
}

function inBatches(
  rowsPerDay: number | null,
  freshness: 'hours' | 'days',
  { loadMs, batch }: ServeFigures,
): ServeChoice {
  const rate = `${rough(batch.rowsPerSecond)} rows/s in runs of ${formatNumber(batch.rowsInRun)}`;
  const may = `Nobody waits for an answer, and it may be ${freshness} old.`;
  if (rowsPerDay === null) return { way: 'batch', holds: true, reasons: [may, `A batch does ${rate} here.`] };
  const seconds = (rows: number) => loadMs / 1000 + rows / batch.rowsPerSecond;
  const period = PERIODS[freshness];
  const holds = seconds((rowsPerDay * period) / DAY_S) <= period;
  const day = `The ${formatNumber(rowsPerDay)} rows of a day take ${secondsText(seconds(rowsPerDay))} here: a batch does ${rate}.`;
  if (holds) return { way: 'batch', holds, reasons: [may, day] };
  const slow = `That is too slow for what may be ${freshness} old: run parts of it beside each other, or take a smaller model.`;
  return { way: 'batch', holds, reasons: [may, day, slow] };
}

function atOnce({ latencyMs, rowsPerDay }: ServeWishes, { embedded, rest }: ServeFigures): ServeChoice {
  const needed = (rowsPerDay ?? 0) / DAY_S;
  // What one connection can't carry has to be asked by several, where each waits longer.
  const asked = needed > rest.one.rowsPerSecond ? rest.several : rest.one;
  const from = asked === rest.one ? 'one connection' : `${String(asked.connections)} connections at once`;
  const isIn = (p95Ms: number) => latencyMs === null || p95Ms <= latencyMs;
  const bound = latencyMs === null ? '' : millis(latencyMs);
  const restTook = `REST took ${millis(asked.p95Ms)} (p95, ${from})`;
  const runTook = `embedded a row took ${millis(embedded.p95Ms)} (p95)`;
  const load = rowsPerDay === null ? null : `A day's rows are ${rough(needed)} rows/s if they come evenly`;
  const most = Math.max(rest.several.rowsPerSecond, rest.one.rowsPerSecond);
  const restCarries = most >= needed;
  if (restCarries && isIn(asked.p95Ms)) {
    const inTime = latencyMs === null ? `${restTook}.` : `${restTook}, within ${bound}.`;
    const carries = load === null ? [] : [`${load}; REST carried ${rough(most)} here.`];
    const alone =
      'It needs no model in the program that asks: any language can ask it, and it is changed in one place.';
    return { way: 'rest', holds: true, reasons: [inTime, ...carries, alone] };
  }
  const why = restCarries
    ? [`${restTook}, more than ${bound}.`]
    : [`${load ?? ''}; REST carried only ${rough(most)} here.`];
  const embeddedCarries = embedded.rowsPerSecond >= needed;
  if (embeddedCarries && isIn(embedded.p95Ms)) {
    const inTime = latencyMs === null ? runTook : `${runTook}, within ${bound}`;
    const carries = restCarries ? '' : `, ${rough(embedded.rowsPerSecond)} rows/s in one process`;
    return { way: 'embedded', holds: true, reasons: [...why, `${upper(inTime)}${carries}.`] };
  }
  const none = isIn(embedded.p95Ms)
    ? `None keeps up here: embedded it did ${rough(embedded.rowsPerSecond)} rows/s in one process. Run several beside each other.`
    : `None holds ${bound} here: ${runTook}, and that is the least that it can take. Take a smaller model, or a faster machine.`;
  return { way: 'embedded', holds: false, reasons: [...why, none] };
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A rate: more digits than these are another with each measuring. */
const rough = (value: number): string => formatNumber(Number(value.toPrecision(3)));

export const millis = (ms: number): string => `${rough(ms)} ms`;

const secondsText = (seconds: number): string => (seconds < 1 ? 'less than a second' : formatDuration(seconds * 1000));

export const WAY_WORDS: Readonly<Record<ServeWay, string>> = { embedded: 'Embedded', rest: 'REST', batch: 'Batch' };

/** `REST`, or that none of them holds what is asked for. */
export const choiceHeadline = ({ way, holds }: ServeChoice): string =>
  holds ? `Recommended: ${WAY_WORDS[way]}` : `None of them holds what is asked for; ${WAY_WORDS[way]} comes nearest`;

export const FIGURE_COLUMNS = ['Way', 'p50', 'p95', 'Rows/s', "A day's rows"] as const;

/** A row for each thing that was measured, as `FIGURE_COLUMNS` has it. */
export function figureRows({ rowsPerDay }: ServeWishes, figures: ServeFigures): string[][] {
  const { loadMs, embedded, rest, batch } = figures;
  const rate = (rowsPerSecond: number) => [
    rough(rowsPerSecond),
    rowsPerDay === null ? '' : secondsText(loadMs / 1000 + rowsPerDay / rowsPerSecond),
  ];
  const asked = ({ connections, p50Ms, p95Ms, rowsPerSecond }: AskedEndpoint) => [
    `REST, ${connections === 1 ? 'one connection' : `${String(connections)} connections`}`,
    ...[millis(p50Ms), millis(p95Ms), ...rate(rowsPerSecond)],
  ];
  const { together } = embedded;
  return [
    ['Embedded, one row', millis(embedded.p50Ms), millis(embedded.p95Ms), ...rate(embedded.rowsPerSecond)],
    ...(together ? [[`Embedded, ${String(together.rows)} rows`, '', '', ...rate(together.rowsPerSecond)]] : []),
    asked(rest.one),
    asked(rest.several),
    [`Batch, runs of ${formatNumber(batch.rowsInRun)}`, '', '', ...rate(batch.rowsPerSecond)],
  ];
}

/** What has to be known to read them. */
export const figureNotes = ({ loadMs, answersTogether }: ServeFigures): string[] => [
  `Measured on this machine just now, with rows that were made up and one thread; loading the model took ${millis(loadMs)}.`,
  ...(answersTogether ? [] : ['The model does not take rows together: a batch runs one after the other.']),
];

/** How `measure.js` is told what to do. */
export interface MeasureOrder {
  /** Absolute. */
  readonly file: string;
}

export type MeasureStep = 'loading' | 'embedded' | 'batch' | 'rest';

export const STEP_WORDS: Readonly<Record<MeasureStep, string>> = {
  loading: 'Loading the model',
  embedded: 'Running it embedded',
  batch: 'Running it in batches',
  rest: 'Asking an endpoint',
};

/** What it tells whoever started it: of one build, so nothing is checked. */
export type MeasureNews =
  | { readonly kind: 'step'; readonly step: MeasureStep }
  | { readonly kind: 'measured'; readonly figures: ServeFigures }
  | { readonly kind: 'failed'; readonly message: string };
