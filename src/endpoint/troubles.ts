/** What went wrong lately, with its cause: crashes of the process that runs the model, and requests that it did not answer. */
import type { EndpointTrouble } from '../protocol/endpoints';
import { Failure } from './failure';

const MOST = 30;
const MESSAGE_LIMIT = 500;

export class Troubles {
  private readonly kept: EndpointTrouble[] = [];

  /** Newest first. */
  get list(): readonly EndpointTrouble[] {
    return this.kept.toReversed();
  }

  crashed(message: string): void {
    this.add('crash', message);
  }

  failed(thrown: unknown): void {
    this.add('request', Failure.from(thrown).message);
  }

  /** The same again is counted: of a thousand requests one after the other the cause before them is still told. */
  private add(kind: EndpointTrouble['kind'], whole: string): void {
    const message = whole.slice(0, MESSAGE_LIMIT);
    const atMs = Date.now();
    const last = this.kept.at(-1);
    if (last?.kind === kind && last.message === message)
      this.kept[this.kept.length - 1] = { ...last, atMs, count: last.count + 1 };
    else this.kept.push({ atMs, kind, message, count: 1 });
    if (this.kept.length > MOST) this.kept.shift();
  }
}
