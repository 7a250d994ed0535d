/** Which models the view shows, kept for the workspace, and the filters that were used last. */
import type { Memory } from '../views/runs/query/queryState';

const FILTER_KEY = 'models.filter';
const LAST_KEY = 'models.lastFilters';
const LAST_LIMIT = 10;

export class ModelFilter {
  constructor(
    private readonly memory: Memory,
    private readonly changed: (isFiltered: boolean) => void,
  ) {
    this.changed(this.text !== '');
  }

  /** Empty for all of them. */
  get text(): string {
    const kept = this.memory.get(FILTER_KEY);
    return typeof kept === 'string' ? kept : '';
  }

  /** The latest first. */
  get last(): readonly string[] {
    const kept = this.memory.get(LAST_KEY);
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  }

  async set(text: string): Promise<void> {
    const others = this.last.filter((one) => one !== text);
    if (text !== '') await this.memory.update(LAST_KEY, [text, ...others].slice(0, LAST_LIMIT));
    await this.memory.update(FILTER_KEY, text);
    this.changed(text !== '');
  }

  async forget(text: string): Promise<void> {
    await this.memory.update(
      LAST_KEY,
      this.last.filter((one) => one !== text),
    );
  }
}
