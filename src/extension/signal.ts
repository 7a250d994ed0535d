/** Events and disposables in the shape that VS Code gives them, without VS Code: what uses only these can be tested anywhere. */

export interface Disposable {
  dispose(): void;
}

export type Listener<T> = (value: T) => void;

export class Signal<T> implements Disposable {
  private readonly listeners = new Set<Listener<T>>();

  readonly on = (listener: Listener<T>): Disposable => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  dispose(): void {
    this.listeners.clear();
  }
}

/** Everything that a part holds on to, tracked in the line that makes it. */
export class Disposables implements Disposable {
  private readonly held = new Set<Disposable>();
  private isDisposed = false;

  track<T extends Disposable>(disposable: T): T {
    if (this.isDisposed) disposable.dispose();
    else this.held.add(disposable);
    return disposable;
  }

  /** Disposes one early. */
  drop(disposable: Disposable): void {
    if (this.held.delete(disposable)) disposable.dispose();
  }

  dispose(): void {
    this.isDisposed = true;
    for (const disposable of [...this.held].reverse()) disposable.dispose();
    this.held.clear();
  }
}
