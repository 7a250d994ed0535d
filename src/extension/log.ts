/** What the rest of the extension needs of the log; VS Code's `LogOutputChannel` is one. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** For work that nobody waits for: its failure goes to the log instead of nowhere. */
export function inBackground(log: Log, what: string, work: PromiseLike<unknown>): void {
  work.then(undefined, (error: unknown) => {
    log.error(`${what}: ${describeError(error)}`);
  });
}

export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
