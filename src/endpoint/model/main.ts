/**
 * The process that runs a model, and does nothing else: `model.js FILE THREADS ROWS [MB]`, started by an endpoint, or by a job
 * that gives it a limit on its memory. THREADS and ROWS of one run may
 * be `tuned`, ROWS also `untried`. What ONNX Runtime crashes is this process alone.
 */
import './plainHalf';
import { LoopwrightError } from '../../protocol/errors';
import { answersBatches } from '../../inference/batch';
import { limitMemory } from '../../inference/memoryLimit';
import { Refused } from '../../inference/refused';
import { runRows } from '../../inference/rows';
import { type Model, openModel } from '../../inference/session';
import { tuned } from '../../inference/tune';
import { type FromModel, type ToModel, UNTRIED } from '../../inference/messages';

const [, , file = '', threads = '1', batchRows = '1', limitMb = ''] = process.argv;
if (limitMb !== '') limitMemory(Number(limitMb));

/** Without an endpoint there is nobody to run it for. */
process.on('disconnect', () => process.exit(0));
// Its terminal is the endpoint's, which says when it is time to end.
process.on('SIGINT', () => undefined);

const tell = (message: FromModel): void => {
  process.send?.(message);
};

const wishIn = (argument: string): number | null => (argument === 'tuned' ? null : Number(argument));

async function run(model: Model, asked: ToModel): Promise<void> {
  const { id, feeds } = asked;
  const started = process.hrtime.bigint();
  try {
    if (asked.kind === 'rows') {
      tell({ kind: 'ranRows', id, ...(await runRows(model, feeds, asked.step)) });
      return;
    }
    const outputs = await model.run(feeds);
    tell({ kind: 'ran', id, outputs, tookUs: Number((process.hrtime.bigint() - started) / 1000n) });
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    tell({ kind: 'refused', id, message: thrown.message });
  }
}

async function main(): Promise<void> {
  const open = async (count: number): Promise<Model> => {
    const opened = await openModel(file, { threads: count });
    tell({ kind: 'opened' });
    return opened;
  };
  // With nothing tried it runs a row at a time, as nobody knows what it does with more.
  const isTried = batchRows !== UNTRIED;
  const wishes = { threads: wishIn(threads), batchRows: isTried ? wishIn(batchRows) : 1 };
  const { model, ...found } = await tuned(open, isTried ? answersBatches : () => Promise.resolve(false), wishes);
  // Many rows are answered in their turn; single runs may be several at a time.
  let before: Promise<void> = Promise.resolve();
  process.on('message', (message: ToModel) => {
    if (message.kind === 'rows') before = before.then(() => run(model, message));
    else void run(model, message);
  });
  tell({ kind: 'ready', signature: model.signature, ...found });
}

main().catch((thrown: unknown) => {
  tell({ kind: 'failed', message: LoopwrightError.from(thrown).message });
  process.disconnect();
});
