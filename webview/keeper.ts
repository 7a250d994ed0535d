/** What a page keeps over a reload, and when it is written down. */

/** VS Code writes each state to disk: not for every wheel tick. */
const SAVE_DELAY_MS = 200;

export class Keeper<State extends object> {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly current: State,
    private readonly write: (state: State) => void,
  ) {}

  change(change: { readonly [K in keyof State]?: State[K] | undefined }): void {
    Object.assign(this.current, change);
    this.timer ??= setTimeout(() => this.flush(), SAVE_DELAY_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.write({ ...this.current });
  }
}
