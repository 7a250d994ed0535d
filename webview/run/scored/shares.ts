/** Shares as the page shows them. Pure. */
import { formatNumber } from '../../../src/protocol/format';
import { type ScoreDistribution } from '../../../src/protocol/score';

/** Of what is there, but rarely, it is not said that there is none. */
export function percentWords(share: number): string {
  if (share === 0) return '0 %';
  if (share < 0.0005) return '< 0.1 %';
  return `${(share * 100).toFixed(1)} %`;
}

/** The `d` of steps over bins of one width. */
export function outlinePath(shares: readonly number[], most: number, width: number, height: number): string {
  const step = width / shares.length;
  const y = (share: number) => (height - (share / most) * height).toFixed(1);
  const tops = shares.map((share, at) => `V${y(share)}H${((at + 1) * step).toFixed(1)}`);
  return `M0,${String(height)}${tops.join('')}V${String(height)}`;
}

export function saidWords({ column, median }: Extract<ScoreDistribution, { kind: 'numbers' }>): string {
  const training = median.training === null ? '' : `, that of the training data ${formatNumber(median.training)}`;
  return `How ${column} is distributed: its median is ${formatNumber(median.scored)}${training}.`;
}
