/** The runs of a made-up store that are large or odd in one way each. */
import { type MadePoints, type MadeRows, type MadeRun } from './madeRows';
import { LONG_NAME, MARKUP_NAME } from './madeWords';

export interface SpecialRuns {
  /** 5,000 metrics of 10 points. */
  readonly manyMetrics: string;
  /** `loss` has 1,000,000 points. */
  readonly manyPoints: string;
  /** 10,000 artifacts in 100 folders. */
  readonly manyArtifacts: string;
  /** 20 metrics of 10,000 points. */
  readonly twentyCurves: string;
  /** NaN, infinities, repeated and out-of-order steps. */
  readonly oddNumbers: string;
  /** 4,000 characters in its name, its keys and its values. */
  readonly longNames: string;
  /** Markup wherever there is text. */
  readonly markup: string;
  /** 500 runs below it. */
  readonly manyChildren: string;
}

type AddRun = (change: Partial<MadeRun>) => { seq: number; runId: string; startMs: number };

export const curve = (count: number, at: (step: number) => number): MadePoints =>
  Array.from({ length: count }, (_, step) => [step, at(step)] as const);

/** Falls, and trembles, as a loss does. */
export const lossAt =
  (length: number, phase = 0) =>
  (step: number): number =>
    0.2 + 1.3 * Math.exp((-6 * step) / length) + 0.05 * Math.sin(step * 12.9898 + phase) * Math.cos(step * 0.37);

export function addSpecialRuns(rows: MadeRows, add: AddRun): SpecialRuns {
  const run = (name: string, change: Partial<MadeRun> = {}) => {
    const added = add({ name, status: 'FINISHED', exitCode: 0, ...change });
    rows.addParams(added.seq, { lr: '0.01', depth: '8' });
    rows.addTags(added.seq, { stage: 'special' });
    return added;
  };

  const manyMetrics = run('five thousand metrics');
  for (let index = 0; index < 5000; index++) {
    const key = `layer${String(index % 1250).padStart(4, '0')}/${['weight', 'grad', 'bias', 'норма'][index % 4] ?? ''}`;
    rows.addMetric(
      manyMetrics.seq,
      `${key}${String(Math.floor(index / 1250))}`,
      curve(10, lossAt(10, index)),
      manyMetrics.startMs,
    );
  }

  const manyPoints = run('a million points');
  rows.addMetric(manyPoints.seq, 'loss', curve(1_000_000, lossAt(1_000_000)), manyPoints.startMs);

  const manyArtifacts = run('ten thousand artifacts');
  for (let index = 0; index < 10_000; index++) {
    const path = `checkpoints ${String(index % 100).padStart(2, '0')}/重み-${String(index).padStart(5, '0')}.bin`;
    rows.addArtifact(manyArtifacts.seq, path, 'file', index * 1000, manyArtifacts.startMs + index);
  }

  const twentyCurves = run('twenty curves');
  for (let index = 0; index < 20; index++)
    rows.addMetric(
      twentyCurves.seq,
      `metric_${String(index).padStart(2, '0')}`,
      curve(10_000, lossAt(10_000, index)),
      twentyCurves.startMs,
    );

  const odd = run('odd numbers', { status: 'FAILED', exitCode: 1 });
  const oddCurves: Record<string, MadePoints> = {
    gaps: curve(200, (step) => (step % 20 > 15 ? Number.NaN : Math.sin(step / 6))),
    infinities: curve(200, (step) => (step % 50 === 20 ? Infinity : step % 50 === 40 ? -Infinity : step / 10)),
    'only NaN': curve(20, () => Number.NaN),
    'out of order': curve(200, (step) => step).map(([step, value]) => [(step * 73) % 200, value] as const),
    'one step again and again': curve(500, Math.sin).map(([, value]) => [0, value] as const),
    'huge steps': curve(50, (step) => step).map(([step, value]) => [step * 180_000_000_000_000, value] as const),
    'negative steps': curve(50, (step) => step).map(([step, value]) => [step - 25, value] as const),
  };
  for (const [key, points] of Object.entries(oddCurves)) rows.addMetric(odd.seq, key, points, odd.startMs);

  const longNames = run(LONG_NAME, { note: LONG_NAME });
  rows.addParams(longNames.seq, { [LONG_NAME]: LONG_NAME });
  rows.addTags(longNames.seq, { [LONG_NAME]: LONG_NAME });
  rows.addMetric(longNames.seq, LONG_NAME, curve(30, lossAt(30)), longNames.startMs);
  rows.addArtifact(longNames.seq, LONG_NAME, 'file', 1, longNames.startMs);

  const markup = run(MARKUP_NAME, { note: `${MARKUP_NAME} [here](command:workbench.action.quit)` });
  rows.addParams(markup.seq, { [MARKUP_NAME]: MARKUP_NAME, __proto__x: 'constructor' });
  rows.addTags(markup.seq, { [MARKUP_NAME]: 'javascript:window.__xss=1' });
  rows.addMetric(markup.seq, MARKUP_NAME, curve(30, lossAt(30)), markup.startMs);
  rows.addArtifact(markup.seq, `${MARKUP_NAME}.png`, 'figure', 1, markup.startMs);

  const manyChildren = run('five hundred children');
  for (let index = 0; index < 500; index++) {
    const startMs = manyChildren.startMs + index * 10;
    const child = add({
      name: `trial ${String(index)}`,
      parentRunId: manyChildren.runId,
      status: index % 50 === 7 ? 'FAILED' : 'FINISHED',
      startMs,
      endMs: startMs + 5000,
    });
    rows.addParams(child.seq, { lr: String((1 + (index % 25)) / 1000), depth: String(1 + Math.floor(index / 25)) });
    rows.addMetric(
      child.seq,
      'auc',
      curve(5, (step) => 0.6 + 0.0005 * ((index * 37) % 500) + step / 100),
      child.startMs,
    );
  }

  return {
    manyMetrics: manyMetrics.runId,
    manyPoints: manyPoints.runId,
    manyArtifacts: manyArtifacts.runId,
    twentyCurves: twentyCurves.runId,
    oddNumbers: odd.runId,
    longNames: longNames.runId,
    markup: markup.runId,
    manyChildren: manyChildren.runId,
  };
}
