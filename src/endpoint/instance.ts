/** One version that is served: the process that runs it, and who waits for it. It is put behind an endpoint, and taken away, whole. */
import type { Signature } from '../inference/datatype';
import type { ServedModel } from '../protocol/endpoints';
import type { ModelProcess } from './modelProcess';
import type { Queue } from './queue';

export class ModelInstance {
  constructor(
    readonly model: ServedModel,
    readonly process: ModelProcess,
    readonly queue: Queue,
  ) {}

  /** @throws Failure `unavailable` while nothing is loaded */
  get signature(): Signature {
    const { loaded } = this.process;
    if (loaded) return loaded.signature;
    throw this.process.unavailable();
  }

  /** Ends once all is answered that was asked of it. */
  async retire(): Promise<void> {
    await this.queue.idle();
    await this.process.stop('Another version is served in its place.');
  }
}
