/** Gathers what changed and hands it on at most a few times a second, and only while somebody looks. */
import type { Changed } from '../../../protocol/requests';
import type { Disposable } from '../../signal';

type Change = Pick<Changed, 'structure' | 'runIds'>;

const PAUSE_MS = 250;

export class Refresher implements Disposable {
  private structure = false;
  private runIds = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private lastMs = 0;

  constructor(
    private readonly refresh: (changed: Change) => void,
    private isActive: boolean,
  ) {}

  add(changed: Change): void {
    this.structure ||= changed.structure;
    for (const id of changed.runIds) this.runIds.add(id);
    this.schedule();
  }

  setActive(isActive: boolean): void {
    this.isActive = isActive;
    this.schedule();
  }

  dispose(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private schedule(): void {
    if (!this.isActive || this.timer || (!this.structure && this.runIds.size === 0)) return;
    this.timer = setTimeout(() => this.flush(), Math.max(0, this.lastMs + PAUSE_MS - Date.now()));
  }

  private flush(): void {
    this.timer = null;
    if (!this.isActive) return;
    this.lastMs = Date.now();
    const change = { structure: this.structure, runIds: [...this.runIds] };
    this.structure = false;
    this.runIds = new Set();
    this.refresh(change);
  }
}
