/** Ids that clients have sent, the last of them: at least as many as one half has, at most both. */
const HALF = 32_768;

export class RecentIds {
  private newer = new Set<string>();
  private older = new Set<string>();

  add(id: string): void {
    if (this.newer.size >= HALF) {
      this.older = this.newer;
      this.newer = new Set();
    }
    this.newer.add(id);
  }

  has(id: string): boolean {
    return this.newer.has(id) || this.older.has(id);
  }
}
