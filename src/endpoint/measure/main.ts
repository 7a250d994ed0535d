/**
 * How a model can be served here, measured: `measure.js ORDER`, where ORDER is JSON. A process of its own at the priority of
 * whoever asks, as jobs of the engine run behind others, which would be measured, too. It ends with whoever started it.
 */
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { MeasureNews, MeasureOrder, MeasureStep, ServeFigures } from '../../protocol/serveChoice';
import type { NamedTensor } from '../../inference/datatype';
import { Refused } from '../../inference/refused';
import { Failure } from '../failure';
import { ModelProcess } from '../modelProcess';
import { MeasuredEndpoint } from './rest';
import { madeRows, repeated, requestOf, timesOf } from './timing';

const EACH_MS = 1_200;
const WARM_MS = 200;
const TOGETHER_ROWS = 64;
const CONNECTIONS = 8;
const MOST_ROWS = 4_096;
/** Of one run, so that it fits into the memory that there is. */
const MOST_VALUES = 1_000_000;
/** How long a run of a batch may take: it is to be repeated. */
const RUN_S = 0.2;

const tell = (news: MeasureNews): void => {
  process.send?.(news);
};
const begin = (step: MeasureStep): void => tell({ kind: 'step', step });

process.on('disconnect', () => process.exit(0));

async function measure({ file }: MeasureOrder): Promise<ServeFigures> {
  begin('loading');
  const program = { program: join(__dirname, 'model.js'), file, threads: 1, batchRows: 1 };
  const model = new ModelProcess(
    program,
    () => undefined,
    () => undefined,
  );
  const started = performance.now();
  const { signature, answersBatches: answersTogether } = await model.start();
  const loadMs = performance.now() - started;
  const one = madeRows(signature.inputs, 1);
  /** What running it took in its process. */
  const ran = async (feeds: readonly NamedTensor[]): Promise<number> => (await model.run(feeds)).tookUs / 1000;

  begin('embedded');
  await repeated(WARM_MS, () => ran(one));
  const { times } = await repeated(EACH_MS, () => ran(one));
  const values = one.reduce((sum, { data }) => sum + data.length, 0);
  const most = answersTogether ? Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / values))) : 1;
  const few = Math.min(TOGETHER_ROWS, most);
  const perSecond = (rows: number, each: readonly number[]) => (rows * each.length * 1000) / sumOf(each);
  const fewRows = madeRows(signature.inputs, few);
  const together = few === 1 ? null : perSecond(few, (await repeated(EACH_MS, () => ran(fewRows))).times);

  begin('batch');
  const wanted = Math.ceil((together ?? 0) * RUN_S);
  const rowsInRun = Math.max(few, Math.min(most, wanted));
  const table = rowsInRun === 1 ? one : madeRows(signature.inputs, rowsInRun);
  await ran(table);
  const runs = await repeated(EACH_MS, () => ran(table));
  const rows = rowsInRun * runs.times.length;
  model.end();

  begin('rest');
  const endpoint = await MeasuredEndpoint.start(file);
  try {
    const body = requestOf(one);
    await endpoint.asked(1, WARM_MS, body);
    const rest = {
      one: await endpoint.asked(1, EACH_MS, body),
      several: await endpoint.asked(CONNECTIONS, EACH_MS, body),
    };
    return {
      ...{ loadMs, answersTogether, rest },
      embedded: {
        ...{ ...timesOf(times), rowsPerSecond: perSecond(1, times) },
        together: together === null ? null : { rows: few, rowsPerSecond: together },
      },
      batch: { rows, rowsInRun, rowsPerSecond: (rows / runs.tookMs) * 1000 },
    };
  } finally {
    endpoint.end();
  }
}

const sumOf = (times: readonly number[]): number => times.reduce((sum, one) => sum + one, 0);

/** Told before the channel is closed, which ends this process and what it has started. */
const tellLast = (news: MeasureNews): void => {
  process.send?.(news, undefined, undefined, () => process.disconnect());
};

measure(JSON.parse(process.argv[2] ?? '') as MeasureOrder).then(
  (figures) => tellLast({ kind: 'measured', figures }),
  (thrown: unknown) => {
    const isOwn = thrown instanceof Failure || thrown instanceof Refused;
    tellLast({ kind: 'failed', message: isOwn ? thrown.message : LoopwrightError.from(thrown).message });
  },
);
