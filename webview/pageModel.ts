/** What a page knows: asked for once, and again whenever the extension says that something changed. */
import { causeOf } from './run/api';
import { Refresher } from './ui/refresher';

interface Extension {
  onChanged(listener: () => void): void;
  ready(): void;
}

export abstract class PageModel {
  /** Why the last attempt to load failed; what an older one brought is still there. */
  problem: string | null = null;
  private readonly refresher: Refresher;

  constructor(
    private readonly extension: Extension,
    protected readonly onChange: () => void,
    intervalMs: number,
  ) {
    this.refresher = new Refresher(() => this.load(), intervalMs);
  }

  start(): void {
    this.extension.onChanged(() => this.refresher.ask());
    this.refresher.ask();
    this.extension.ready();
  }

  /** To be brought up to date, as soon as it may be. */
  ask(): void {
    this.refresher.ask();
  }

  readonly retry = (): void => {
    this.problem = null;
    this.onChange();
    this.refresher.ask();
  };

  /** Brings the model up to date. What it throws is the problem. */
  protected abstract read(): Promise<void>;

  private async load(): Promise<void> {
    try {
      await this.read();
      this.problem = null;
    } catch (error) {
      this.problem = causeOf(error);
    }
    this.onChange();
  }
}
