/** What a comparison has found, for a terminal. Pure. */
import type { DriftFeature, DriftReport } from '../protocol/drift';
import { formatNumber } from '../protocol/format';

/** Features that are listed, where not more have moved. */
const SHOWN = 12;
const MOST_WIDTH = 40;

export function driftLines({ features, left, whole, notes, sentence }: DriftReport): string[] {
  const moved = features.filter(({ drift }) => drift);
  const quiet = features.filter(({ drift }) => !drift);
  const shown = [...moved, ...quiet.slice(0, Math.max(SHOWN - moved.length, 0))];
  const width = Math.min(Math.max(0, ...shown.map(({ name }) => name.length)), MOST_WIDTH);
  const rest = features.length - shown.length;
  return [
    ...shown.map((feature) => featureLine(feature, width)),
    ...(rest > 0 ? [`  and ${String(rest)} more that did not move`] : []),
    ...whole.map(({ drift, words }) => `${mark(drift)} ${words}`),
    ...left.map(({ name, why }) => `  ${name}: not compared. ${why}`),
    ...notes.map((note) => `  ${note}`),
    sentence,
  ];
}

const mark = (drift: boolean): string => (drift ? '!' : '✓');

function featureLine({ name, drift, words, tests, notes }: DriftFeature, width: number): string {
  const deciding = tests
    .filter(({ decides_by: by }) => by !== null)
    .map(({ name: test, statistic, p_value: p, adjusted_p_value: adjusted, decides_by: by }) =>
      by === 'statistic'
        ? `${test} ${figure(statistic)}`
        : `${test} p ${figure(by === 'adjusted_p_value' ? adjusted : p)}`,
    );
  const said = [
    ...(drift ? [`${words}.`] : []),
    ...(deciding.length > 0 ? [`(${deciding.join(', ')})`] : []),
    ...notes,
  ];
  return `${mark(drift)} ${name.padEnd(width)}  ${said.join(' ')}`;
}

const figure = (value: number | null): string => (value === null ? '–' : formatNumber(value));
