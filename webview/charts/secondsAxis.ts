/** An axis of seconds since the run began, with ticks where clocks have them. Vega's expressions; interpreted, see `drawing.ts`. */

const PIXELS_PER_LABEL = 90;

/** Distances between ticks, in seconds: from one to four weeks. */
const TICKS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800,
  2_419_200,
] as const;

const RANGE = '(toStep - fromStep)';
const WANTED = `(${RANGE} * ${String(PIXELS_PER_LABEL)} / max(width, 1))`;

/** The least distance that leaves each label its room. */
const TICK = TICKS.slice(0, -1).reduceRight(
  (rest, tick) => `(${WANTED} <= ${String(tick)} ? ${String(tick)} : ${rest})`,
  String(TICKS.at(-1)),
);

/** As durations read everywhere: never more than two units. */
const LABEL = [
  "datum.value < 60 ? datum.value + 's'",
  "datum.value < 3600 ? floor(datum.value / 60) + 'm' + (datum.value % 60 ? ' ' + (datum.value % 60) + 's' : '')",
  "datum.value < 86400 ? floor(datum.value / 3600) + 'h' + (datum.value % 3600 ? ' ' + floor(datum.value % 3600 / 60) + 'm' : '')",
  "floor(datum.value / 86400) + 'd' + (datum.value % 86400 ? ' ' + floor(datum.value % 86400 / 3600) + 'h' : '')",
].join(' : ');

export const SECONDS_AXIS = {
  values: { expr: `sequence(ceil(fromStep / ${TICK}) * ${TICK}, toStep + 0.001, ${TICK})` },
  labelExpr: LABEL,
} as const;
