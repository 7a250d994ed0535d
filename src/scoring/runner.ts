/** What runs the model; another one where it ends under our hands, as native code may crash by chance. */
import type { NamedTensor, Signature } from '../inference/datatype';
import { ModelRun } from '../inference/modelRun';
import type { RanRows } from '../inference/rows';
import type { PlannedColumn, PlannedOutput, ScoreOrder } from '../protocol/score';
import { PythonPool } from './python/pool';

const MEMORY_MB = 4000;
const USUAL_BATCH = 1024;

export type TableColumns = readonly Pick<PlannedColumn, 'name' | 'sniffed'>[];

/** A model in processes of its own. */
export interface ScoredModel {
  /** @param columns of the table, by which a model is asked that does not know its own. @throws LoopwrightError `bad_request` */
  signature(columns: TableColumns): Promise<Signature>;
  /** Rows of one run, where nothing else is wished. */
  readonly batchRows: number;
  /** What its outputs are from now on, whatever a run of it has. */
  fix(outputs: readonly PlannedOutput[]): void;
  /** @throws LoopwrightError `bad_request` that names the model */
  rows(feeds: readonly NamedTensor[], step: number): Promise<RanRows>;
  readonly hasEnded: boolean;
  kill(): void;
}

export class Runner {
  current: ScoredModel;
  private outputs: readonly PlannedOutput[] = [];
  private isKilled = false;

  constructor(private readonly order: Pick<ScoreOrder, 'model' | 'threads'>) {
    this.current = started(order);
  }

  fix(outputs: readonly PlannedOutput[]): void {
    this.outputs = outputs;
    this.current.fix(outputs);
  }

  /** @throws LoopwrightError `bad_request` that names the model, also where its process has ended twice by the same rows */
  async rows(feeds: readonly NamedTensor[], step: number): Promise<RanRows> {
    const asked = this.current;
    try {
      return await asked.rows(feeds, step);
    } catch (error) {
      if (!asked.hasEnded || this.isKilled) throw error;
      if (this.current === asked) this.replace();
      return await this.current.rows(feeds, step);
    }
  }

  kill(): void {
    this.isKilled = true;
    this.current.kill();
  }

  private replace(): void {
    this.current.kill(); // what is left of it
    this.current = started(this.order);
    this.current.fix(this.outputs);
  }
}

function started({ model, threads }: Pick<ScoreOrder, 'model' | 'threads'>): ScoredModel {
  const { file, label, python } = model;
  return python ? new PythonPool(file, label, python, threads) : new OnnxModel(file, label, threads);
}

class OnnxModel implements ScoredModel {
  private readonly run: ModelRun;

  constructor(file: string, label: string, threads: number) {
    this.run = new ModelRun(file, label, MEMORY_MB, threads);
  }

  signature(): Promise<Signature> {
    return this.run.signature;
  }

  get batchRows(): number {
    return this.run.answersBatches ? USUAL_BATCH : 1;
  }

  fix(): void {
    // Its file says what they are.
  }

  rows(feeds: readonly NamedTensor[], step: number): Promise<RanRows> {
    return this.run.rows(feeds, step);
  }

  get hasEnded(): boolean {
    return this.run.hasEnded;
  }

  kill(): void {
    this.run.kill();
  }
}
