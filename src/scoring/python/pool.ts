/** A model of Python in so many processes: each has a part of the rows, cut where no number of processes matters. */
import { join } from '../../inference/batch';
import { isDatatype, type NamedTensor, type Port, type Signature } from '../../inference/datatype';
import { Refused } from '../../inference/refused';
import { type RanRows, rowsFrom } from '../../inference/rows';
import { LoopwrightError } from '../../protocol/errors';
import type { PlannedColumn, PlannedOutput, ScorePython } from '../../protocol/score';
import { isScalar } from '../cells';
import type { ScoredModel } from '../runner';
import type { Opened } from './frames';
import { PythonProcess } from './pythonProcess';

/** What one call has to say takes longer than what is called. */
const BATCH_ROWS = 8192;
/** What there is of a matrix without names. */
const MATRIX = 'X';

export class PythonPool implements ScoredModel {
  readonly batchRows = BATCH_ROWS;
  private readonly processes: readonly PythonProcess[];
  private readonly opened: Promise<Opened>;
  private cast: Readonly<Record<string, string>> = {};

  constructor(
    path: string,
    private readonly label: string,
    python: ScorePython,
    count: number,
  ) {
    this.processes = Array.from({ length: count }, () => new PythonProcess(python, label));
    const opening = this.processes.map((one) => one.open(path, python.search));
    this.opened = Promise.all(opening).then(([first]) => {
      if (first) return first;
      throw new LoopwrightError('internal', 'There is no process.');
    });
    this.opened.catch(() => undefined); // whoever waits for it is told
  }

  get hasEnded(): boolean {
    return this.processes.some(({ hasEnded }) => hasEnded);
  }

  async signature(columns: readonly Pick<PlannedColumn, 'name' | 'sniffed'>[]): Promise<Signature> {
    const { columns: taken, width, labels } = await this.named(this.opened);
    const inputs: Port[] = taken?.map(({ name, datatype }) => ({
      name,
      datatype: datatype !== null && isDatatype(datatype) ? datatype : datatypeFor(columns, name),
      shape: [''],
    })) ?? [{ name: MATRIX, datatype: 'FP64', shape: ['', width ?? ''] }];
    return { inputs, outputs: [], unreadable: [], labels };
  }

  fix(outputs: readonly PlannedOutput[]): void {
    this.cast = Object.fromEntries(outputs.map(({ name, datatype }) => [name, datatype]));
  }

  async rows(feeds: readonly NamedTensor[], step: number): Promise<RanRows> {
    const count = feeds[0]?.shape[0] ?? 0;
    await this.named(this.opened);
    // Whole steps for each, so that where they are cut does not depend on how many there are.
    const each = Math.ceil(Math.ceil(count / step) / this.processes.length) * step;
    const parts = this.processes.flatMap((one, at) => {
      const [from, to] = [at * each, Math.min((at + 1) * each, count)];
      if (from >= to) return [];
      const ran = one.rows(rowsFrom(feeds, from, to), step, this.cast);
      return [
        ran.then(({ outputs, refused }) => ({
          outputs,
          refused: refused.map(({ row, why }) => ({ row: row + from, why })),
        })),
      ];
    });
    const ran = await this.named(Promise.all(parts));
    const some = ran.filter(({ outputs }) => outputs.length > 0);
    return { outputs: join(some.map(({ outputs }) => outputs)), refused: ran.flatMap(({ refused }) => refused) };
  }

  kill(): void {
    for (const one of this.processes) one.kill();
  }

  /** @throws LoopwrightError `bad_request` in place of Refused */
  private async named<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Refused) throw new LoopwrightError('bad_request', `${this.label}: ${error.message}`);
      throw error;
    }
  }
}

/** Where nothing says what it was fitted with: numbers are numbers, all else is text, as pandas reads it. */
function datatypeFor(columns: readonly Pick<PlannedColumn, 'name' | 'sniffed'>[], name: string): Port['datatype'] {
  const type = columns.find((column) => column.name === name)?.sniffed ?? '';
  if (type === 'BOOLEAN') return 'BOOL';
  return /INT|FLOAT|DOUBLE|DECIMAL/.test(type) && isScalar(type) ? 'FP64' : 'BYTES';
}
