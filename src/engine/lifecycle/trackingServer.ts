/** The store's tracking server while this engine has the store: where it listens, and for how long it is needed. */
import type { Addresses } from '../../protocol/node/addresses';
import {
  keepTrackingPort,
  nextTrackingPort,
  trackingPort,
  trackingToken,
  trackingUri,
} from '../../protocol/node/tracking';
import { LoopwrightError } from '../../protocol/errors';
import { type Backend, MlflowServer } from '../mlflow';

/** How long after its last request the engine stays for programs that may ask again. */
const IN_USE_MS = Number(process.env.LOOPWRIGHT_TRACKING_MS ?? 60 * 60_000);
const PORTS_TRIED = 20;

export interface TrackingAddress {
  readonly uri: string;
  readonly token: string;
}

export class TrackingServer {
  private server: MlflowServer | null = null;
  private port: number | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly addresses: Addresses,
    private readonly backend: Omit<Backend, 'onUse'>,
    private readonly onBusy: (isBusy: boolean) => void,
  ) {}

  /** Where it was before, so that those who have its address find it; elsewhere if somebody else is there now. */
  async start(): Promise<void> {
    let port = trackingPort(this.addresses);
    for (let attempt = 0; attempt < PORTS_TRIED; attempt++) {
      try {
        await this.listen(port);
        return;
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        this.backend.log(`tracking server: port ${String(port)} can't be had: ${cause}`);
        port = nextTrackingPort(this.addresses, port);
      }
    }
  }

  /**
   * For programs outside of runs: the engine stays for them.
   *
   * @param port that it shall have from now on; null where it may stay as it is
   * @throws LoopwrightError `bad_request` if the port can't be had; it is where it was then
   */
  async address(port: number | null): Promise<TrackingAddress> {
    if (port !== null && port !== this.port) await this.move(port);
    if (this.port === null)
      throw new LoopwrightError(
        'engine_unavailable',
        'No port can be had for the tracking server. See the log of the engine.',
      );
    this.stay();
    return { uri: trackingUri(this.port), token: trackingToken(this.backend.token) };
  }

  close(): void {
    this.server?.close();
  }

  private async move(port: number): Promise<void> {
    const before = this.server;
    try {
      await this.listen(port);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new LoopwrightError('bad_request', `The port ${String(port)} can't be had (${cause}). Choose another.`, {
        cause: error,
      });
    }
    keepTrackingPort(this.addresses, port);
    before?.close();
  }

  private async listen(port: number): Promise<void> {
    const server = new MlflowServer({ ...this.backend, onUse: () => this.stay() });
    await server.listen(port);
    this.server = server;
    this.port = port;
  }

  private stay(): void {
    if (this.timer) this.timer.refresh();
    else {
      this.onBusy(true);
      this.timer = setTimeout(() => {
        this.timer = null;
        this.onBusy(false);
      }, IN_USE_MS);
    }
  }
}
