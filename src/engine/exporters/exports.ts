/** The one export that goes on, as whoever asks for it sees it. */
import { LoopwrightError } from '../../protocol/errors';
import {
  type ExportOrder,
  type ExportResult,
  ExportState,
  type SendOrder,
  type SendResult,
} from '../../protocol/exports';
import type { JobOptions, Jobs } from '../jobs';

const IDLE: ExportState = { isRunning: false, step: null, done: 0, total: 0 };

export class Exports {
  state: ExportState = IDLE;
  private abort: AbortController | null = null;

  constructor(
    private readonly store: string,
    private readonly jobs: Jobs,
    private readonly onBusy: (isBusy: boolean) => void,
  ) {}

  /** @throws LoopwrightError what is wrong with the order or the place; `cancelled` */
  start(order: ExportOrder): Promise<ExportResult> {
    return this.follow((options) => this.jobs.run('export/write', { store: this.store, order }, options));
  }

  /** @throws LoopwrightError what is wrong with the order, or with the server; `cancelled` */
  send(order: SendOrder): Promise<SendResult> {
    return this.follow((options) => this.jobs.run('export/send', { store: this.store, order }, options));
  }

  cancel(): void {
    this.abort?.abort();
  }

  private async follow<Result>(perform: (options: JobOptions) => Promise<Result>): Promise<Result> {
    if (this.abort) throw new LoopwrightError('bad_request', 'An export goes on already. Wait for its end.');
    const abort = new AbortController();
    this.abort = abort;
    this.onBusy(true);
    this.state = { ...IDLE, isRunning: true };
    try {
      return await perform({
        lane: 'export',
        signal: abort.signal,
        onProgress: (value) => {
          this.state = ExportState.parse(value);
        },
      });
    } finally {
      this.abort = null;
      this.state = IDLE;
      this.onBusy(false);
    }
  }
}
