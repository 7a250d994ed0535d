/** Coalesces what changed, so that a run that logs ten thousand times a second causes ten messages a second. */
import type { StoreState } from '../../protocol/entities';
import type { Changed } from '../../protocol/requests';

const COALESCE_MS = 100;
/** Beyond this many runs a client does better to read its lists again than to be told each id. */
const MAX_IDS = 1000;

export class ChangeCollector {
  private runIds = new Set<string>();
  private structure = false;
  private registry = false;
  private store: StoreState | undefined;
  private timer: NodeJS.Timeout | null = null;
  private lastSentMs = 0;

  constructor(private readonly send: (changed: Changed) => void) {}

  add(change: {
    readonly runIds: readonly string[];
    readonly structure: boolean;
    readonly registry?: boolean;
    readonly store?: StoreState | undefined;
  }): void {
    for (const id of change.runIds) this.runIds.add(id);
    if (change.structure || this.runIds.size > MAX_IDS) this.structure = true;
    if (change.registry === true) this.registry = true;
    if (change.store) this.store = change.store;
    // The first change after a pause is told at once.
    this.timer ??= setTimeout(
      () => {
        this.flush();
      },
      Math.max(0, this.lastSentMs + COALESCE_MS - Date.now()),
    );
  }

  private flush(): void {
    this.timer = null;
    this.lastSentMs = Date.now();
    const changed: Changed = {
      structure: this.structure,
      runIds: [...this.runIds].slice(0, MAX_IDS),
      ...(this.registry ? { registry: true } : {}),
      ...(this.store ? { store: this.store } : {}),
    };
    this.runIds = new Set();
    this.structure = false;
    this.registry = false;
    this.store = undefined;
    this.send(changed);
  }
}
