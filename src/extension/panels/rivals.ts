/** The other runs whose curves a run page draws: they may go on while the page's own run is long over. */

/** Those that were looked at last are the ones that are still drawn. */
const MAX_WATCHED = 40;

export class Rivals {
  private readonly counts = new Map<string, number>();

  /** A curve of this run is drawn from now on. */
  watch(runId: string): void {
    const count = this.counts.get(runId) ?? 0;
    this.counts.delete(runId);
    this.counts.set(runId, count);
    for (const oldest of this.counts.keys()) {
      if (this.counts.size <= MAX_WATCHED) break;
      this.counts.delete(oldest);
    }
  }

  /** @returns whether one of them is among the runs that changed */
  note(changed: readonly string[] | 'all'): boolean {
    let isOne = false;
    for (const [runId, count] of this.counts) {
      if (changed !== 'all' && !changed.includes(runId)) continue;
      this.counts.set(runId, count + 1);
      isOne = true;
    }
    return isOne;
  }

  /** How often each has changed since it was first drawn. */
  get changes(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }
}
