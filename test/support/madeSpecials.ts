/** The runs of a made-up store that are large or odd in one way each. */
import { type MadeContent, type MadePoints, type MadeRows, type MadeRun } from './madeRows';
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

/** By key, `count` of them. */
function some<T>(count: number, one: (index: number) => readonly [key: string, value: T]): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => one(index)));
}

export function addSpecialRuns(rows: MadeRows, add: AddRun): SpecialRuns {
  const run = (name: string, content: MadeContent, change: Partial<MadeRun> = {}) => {
    const added = add({ name, status: 'FINISHED', exitCode: 0, ...change });
    rows.add(added.seq, added.startMs, {
      ...content,
      params: { lr: '0.01', depth: '8', ...content.params },
      tags: { stage: 'special', ...content.tags },
    });
    return added;
  };

  const kinds = ['weight', 'grad', 'bias', 'норма'];
  const manyMetrics = run('five thousand metrics', {
    metrics: some(5000, (index) => [
      `layer${String(index >> 2).padStart(4, '0')}/${kinds[index % 4] ?? ''}`,
      curve(10, lossAt(10, index)),
    ]),
  });
  const manyPoints = run('a million points', { metrics: { loss: curve(1_000_000, lossAt(1_000_000)) } });
  const manyArtifacts = run('ten thousand artifacts', {
    artifacts: Array.from({ length: 10_000 }, (_, index) => ({
      path: `checkpoints ${String(index % 100).padStart(2, '0')}/重み-${String(index).padStart(5, '0')}.bin`,
      kind: 'file' as const,
      sizeBytes: index * 1000,
    })),
  });
  const twentyCurves = run('twenty curves', {
    metrics: some(20, (index) => [`metric_${String(index).padStart(2, '0')}`, curve(10_000, lossAt(10_000, index))]),
  });
  const count = (length: number) => curve(length, (step) => step);
  const oddNumbers = run(
    'odd numbers',
    {
      metrics: {
        gaps: curve(200, (step) => (step % 20 > 15 ? Number.NaN : Math.sin(step / 6))),
        infinities: curve(200, (step) => (step % 50 === 20 ? Infinity : step % 50 === 40 ? -Infinity : step / 10)),
        'only NaN': curve(20, () => Number.NaN),
        'out of order': count(200).map(([step, value]) => [(step * 73) % 200, value] as const),
        'one step again and again': curve(500, Math.sin).map(([, value]) => [0, value] as const),
        'huge steps': count(50).map(([step, value]) => [step * 180_000_000_000_000, value] as const),
        'negative steps': count(50).map(([step, value]) => [step - 25, value] as const),
      },
    },
    { status: 'FAILED', exitCode: 1 },
  );
  const named = (name: string, path: string): MadeContent => ({
    params: { [name]: name },
    tags: { [name]: name },
    metrics: { [name]: curve(30, lossAt(30)) },
    artifacts: [{ path, kind: 'file', sizeBytes: 1 }],
  });
  const longNames = run(LONG_NAME, named(LONG_NAME, LONG_NAME), { note: LONG_NAME });
  const note = `${MARKUP_NAME} [here](command:workbench.action.quit)`;
  const markup = run(MARKUP_NAME, named(MARKUP_NAME, `${MARKUP_NAME}.png`), { note });

  const manyChildren = run('five hundred children', {});
  for (let index = 0; index < 500; index++) {
    const isFailed = index % 50 === 7;
    const startMs = manyChildren.startMs + index * 10;
    const child = add({
      name: `trial ${String(index)}`,
      parentRunId: manyChildren.runId,
      status: isFailed ? 'FAILED' : 'FINISHED',
      exitCode: isFailed ? 1 : 0,
      startMs,
      endMs: startMs + 5000,
    });
    rows.add(child.seq, startMs, {
      params: { lr: String((1 + (index % 25)) / 1000), depth: String(1 + Math.floor(index / 25)) },
      metrics: { auc: curve(5, (step) => 0.6 + 0.0005 * ((index * 37) % 500) + step / 100) },
    });
  }

  return {
    manyMetrics: manyMetrics.runId,
    manyPoints: manyPoints.runId,
    manyArtifacts: manyArtifacts.runId,
    twentyCurves: twentyCurves.runId,
    oddNumbers: oddNumbers.runId,
    longNames: longNames.runId,
    markup: markup.runId,
    manyChildren: manyChildren.runId,
  };
}
