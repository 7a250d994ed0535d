/** The process that runs the model; another one where it ends under our hands, as native code may crash by chance. */
import type { NamedTensor } from '../inference/datatype';
import { ModelRun } from '../inference/modelRun';
import type { RanRows } from '../inference/rows';
import type { ScoreOrder } from '../protocol/score';

const MEMORY_MB = 4000;

export class Runner {
  current: ModelRun;
  private isKilled = false;

  constructor(private readonly order: Pick<ScoreOrder, 'model' | 'threads'>) {
    this.current = this.start();
  }

  /** @throws LoopwrightError `bad_request` that names the model, also where its process has ended twice by the same rows */
  async rows(feeds: readonly NamedTensor[], step: number): Promise<RanRows> {
    try {
      return await this.current.rows(feeds, step);
    } catch (error) {
      if (!this.current.hasEnded || this.isKilled) throw error;
      this.current = this.start();
      return await this.current.rows(feeds, step);
    }
  }

  kill(): void {
    this.isKilled = true;
    this.current.kill();
  }

  private start(): ModelRun {
    const { model, threads } = this.order;
    return new ModelRun(model.file, model.label, MEMORY_MB, threads);
  }
}
