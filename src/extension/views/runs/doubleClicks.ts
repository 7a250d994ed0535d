/** A row's command is run once more for a double click; VS Code does not say what it was run for. Pure. */

/** What systems take for a double click when nobody has set it. */
const LIMIT_MS = 500;

export class DoubleClicks {
  private last: { readonly id: string; readonly atMs: number } | null = null;

  /** Whether this click on a row belongs together with the one before. */
  isSecond(id: string, nowMs: number): boolean {
    const isSecond = this.last?.id === id && nowMs - this.last.atMs <= LIMIT_MS;
    this.last = isSecond ? null : { id, atMs: nowMs };
    return isSecond;
  }
}
