/** What the Runs view shows, kept for the workspace. */
import * as z from 'zod';
import { type Disposable, Signal } from '../../../signal';
import { EVERYTHING, SavedFilter, TreeQuery } from './query';

/** What of VS Code's `Memento` is needed. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const QUERY_KEY = 'runs.query';
const SAVED_KEY = 'runs.savedFilters';
const SAVED_LIMIT = 100;

export class QueryState implements Disposable {
  private readonly changed = new Signal<TreeQuery>();
  readonly onDidChange = this.changed.on;
  private current: TreeQuery;

  constructor(private readonly memory: Memory) {
    // What another version kept may be of another shape: then it is as if nothing was kept.
    this.current = TreeQuery.safeParse(memory.get(QUERY_KEY)).data ?? EVERYTHING;
  }

  get query(): TreeQuery {
    return this.current;
  }

  async change(change: Partial<TreeQuery>): Promise<void> {
    const next = { ...this.current, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.current)) return;
    this.current = next;
    this.changed.fire(next);
    await this.memory.update(QUERY_KEY, next);
  }

  get saved(): readonly SavedFilter[] {
    return z.array(SavedFilter).safeParse(this.memory.get(SAVED_KEY)).data ?? [];
  }

  /** One of the same name is replaced. */
  async save(filter: SavedFilter): Promise<void> {
    const others = this.saved.filter(({ name }) => name !== filter.name);
    await this.memory.update(SAVED_KEY, [...others, filter].slice(-SAVED_LIMIT));
  }

  async forget(name: string): Promise<void> {
    await this.memory.update(
      SAVED_KEY,
      this.saved.filter((filter) => filter.name !== name),
    );
  }

  dispose(): void {
    this.changed.dispose();
  }
}
