/**
 * The connection of this window to the engine of one store. It comes back by itself when the engine ends; whoever
 * looks at its state sees the truth at any time, and whoever asks it something waits for the connection.
 */
import type { OpenEngine } from '../../client/engine';
import type { StoreState } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { Changed, Method, Params, Result } from '../../protocol/requests';
import type { Log } from '../log';
import { type Disposable, Signal } from '../signal';

export type SessionState =
  /** There is no store yet, so there is no engine either. */
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'connecting';
      /** Its engine brings the store to today's form first. */ readonly isUpgrading?: boolean;
    }
  | { readonly kind: 'open'; readonly store: StoreState }
  /** It was open and is being opened again. */
  | { readonly kind: 'lost'; readonly store: StoreState }
  | { readonly kind: 'failed'; readonly error: LoopwrightError };

export interface SessionOptions {
  readonly paths: StorePaths;
  /** What people call it: the name of its workspace folder. */
  readonly label: string;
  /** Calls `onUpgrade` where the store has to be brought to today's form first. */
  readonly open: (onUpgrade: () => void) => Promise<OpenEngine>;
  readonly exists: () => boolean;
  readonly log: Log;
  /** Pauses before the attempts to connect again; the last one repeats. */
  readonly backOffMs?: readonly number[];
}

const BACK_OFF_MS = [100, 500, 2_000, 5_000, 15_000, 60_000];
/** A connection that lasted this long counts as a success: the next pause is the shortest again. */
const STEADY_MS = 10_000;

export class StoreSession implements Disposable {
  private readonly stateChanged = new Signal<SessionState>();
  private readonly dataChanged = new Signal<Changed>();
  readonly onDidChangeState = this.stateChanged.on;
  readonly onDidChange = this.dataChanged.on;

  private current: SessionState = { kind: 'absent' };
  private engine: OpenEngine | null = null;
  private timer: NodeJS.Timeout | null = null;
  private attempt = 0;
  /** Logged once, not at every attempt. */
  private lastFailure: string | null = null;
  private isConnecting = false;
  private isDisposed = false;

  constructor(private readonly options: SessionOptions) {}

  get paths(): StorePaths {
    return this.options.paths;
  }

  get label(): string {
    return this.options.label;
  }

  get state(): SessionState {
    return this.current;
  }

  /** Whether runs can be started, stopped, deleted here. */
  get canWrite(): boolean {
    return this.current.kind === 'open' && this.current.store.state === 'ready';
  }

  /** Connects if there is a store; also sooner than the next attempt would. */
  start(): void {
    if (this.isDisposed || this.isConnecting || this.engine) return;
    if (!this.options.exists()) {
      if (this.current.kind !== 'absent') this.set({ kind: 'absent' });
      return;
    }
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.current.kind !== 'lost') this.set({ kind: 'connecting' });
    void this.connect();
  }

  /** Ends the engine, if there is one, and starts it again: it looks at the store with fresh eyes. Runs go on. */
  async restart(): Promise<void> {
    if (this.engine) await this.engine.connection.request('engine/stop', { reason: 'user' });
    else this.start();
  }

  /**
   * Asks the engine, waiting for the connection if it is being made.
   *
   * @throws LoopwrightError what the engine says, or why it can't be reached
   */
  async request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return (await this.opened()).connection.request(method, params);
  }

  /** Resolves when the connection is made or can't be: when the state is worth showing. */
  async settled(): Promise<SessionState> {
    while (!this.isDisposed && (this.current.kind === 'connecting' || this.current.kind === 'lost'))
      await this.change();
    return this.current;
  }

  dispose(): void {
    this.isDisposed = true;
    if (this.timer) clearTimeout(this.timer);
    this.engine?.connection.close();
    this.engine = null;
    this.set({ kind: 'absent' });
    this.stateChanged.dispose();
    this.dataChanged.dispose();
  }

  private async opened(): Promise<OpenEngine> {
    if (this.current.kind === 'absent' || this.current.kind === 'failed') this.start();
    const state = await this.settled();
    if (this.engine) return this.engine;
    if (state.kind === 'failed') throw state.error;
    throw new LoopwrightError('not_found', `There is no store at ${this.paths.root}.`);
  }

  private change(): Promise<SessionState> {
    return new Promise((resolve) => {
      const once = this.onDidChangeState((state) => {
        once.dispose();
        resolve(state);
      });
    });
  }

  private async connect(): Promise<void> {
    this.isConnecting = true;
    try {
      const engine = await this.options.open(() => {
        if (this.isDisposed) return;
        this.options.log.info(`${this.paths.root}: the store is being brought to the form of this version`);
        this.set({ kind: 'connecting', isUpgrading: true });
      });
      this.isConnecting = false;
      if (this.isDisposed) engine.connection.close();
      else this.use(engine);
    } catch (thrown) {
      this.isConnecting = false;
      if (this.isDisposed) return;
      const error = LoopwrightError.from(thrown);
      this.options.log[error.message === this.lastFailure ? 'debug' : 'error'](`${this.paths.root}: ${error.message}`);
      this.lastFailure = error.message;
      this.set({ kind: 'failed', error });
      this.again();
    }
  }

  private use(engine: OpenEngine): void {
    const { connection, hello } = engine;
    const openedMs = Date.now();
    const isAgain = this.current.kind === 'lost';
    this.engine = engine;
    this.lastFailure = null;
    this.options.log.info(
      `${this.paths.root}: connected to engine ${hello.engine.version} (pid ${String(hello.engine.pid)}), store ${hello.store.state}`,
    );
    this.set({ kind: 'open', store: hello.store });
    connection.onChanged((changed) => {
      if (this.engine !== engine) return;
      if (changed.store) this.set({ kind: 'open', store: changed.store });
      this.dataChanged.fire(changed);
    });
    connection.onClosed(() => {
      if (this.engine !== engine) return;
      this.engine = null;
      if (this.isDisposed) return;
      if (Date.now() - openedMs > STEADY_MS) this.attempt = 0;
      this.options.log.warn(`${this.paths.root}: the engine closed the connection; connecting again`);
      this.set({ kind: 'lost', store: this.current.kind === 'open' ? this.current.store : hello.store });
      this.again();
    });
    // What happened in between was told to nobody.
    if (isAgain) this.dataChanged.fire({ structure: true, runIds: [] });
  }

  private again(): void {
    const pauses = this.options.backOffMs ?? BACK_OFF_MS;
    const pause = pauses[Math.min(this.attempt, pauses.length - 1)] ?? 0;
    this.attempt++;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.options.exists()) void this.connect();
      else this.set({ kind: 'absent' });
    }, pause);
  }

  private set(state: SessionState): void {
    this.current = state;
    this.stateChanged.fire(state);
  }
}
