/** What the page knows of its endpoint. It looks again every other second, as long as it is seen. */
import { type EndpointModel, type LoadSample } from '../../src/protocol/pages/endpoint';
import { PageModel } from '../pageModel';
import { type EndpointHost } from './api';

const LOOK_AGAIN_MS = 2_000;
const SHORTEST_MS = 300;
const KEPT_MS = 10 * 60_000;

export class EndpointPageModel extends PageModel {
  page: EndpointModel | null = null;
  /** Of the last ten minutes, as far as somebody looked. */
  samples: readonly LoadSample[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: EndpointHost,
    onChange: () => void,
  ) {
    super(host, onChange, SHORTEST_MS);
  }

  override start(): void {
    super.start();
    document.addEventListener('visibilitychange', () => this.next());
  }

  protected override async read(): Promise<void> {
    try {
      const since = this.samples.at(-1)?.atMs;
      const page = await this.host.request('load', since === undefined ? {} : { sinceMs: since });
      this.page = page;
      if (page.samples.length > 0)
        this.samples = [...this.samples, ...page.samples].filter(({ atMs }) => page.nowMs - atMs <= KEPT_MS);
    } finally {
      this.next();
    }
  }

  private next(): void {
    clearTimeout(this.timer);
    if (document.visibilityState === 'visible') this.timer = setTimeout(() => this.ask(), LOOK_AGAIN_MS);
  }
}
