/** Calls that go on: who asked is told at once, and whenever the answer has become another. */
import type { Writable } from 'node:stream';
import { Failure } from '../failure';

/** How often it is looked: what was otherwise for less than that may not be told. */
const LOOK_MS = 200;
const MAX_WATCHES = 256;

interface Watch {
  readonly answer: () => Promise<Buffer>;
  readonly call: Writable;
  readonly fail: (thrown: unknown) => void;
  told: Buffer | null;
}

export class Watches {
  private readonly watches = new Set<Watch>();
  private timer: NodeJS.Timeout | null = null;

  /** @param call is ended with the endpoint; when it is closed or cancelled, nothing is told any more */
  add(answer: Watch['answer'], call: Writable, fail: Watch['fail']): void {
    if (this.watches.size >= MAX_WATCHES) {
      fail(new Failure('overloaded', `${String(MAX_WATCHES)} calls are answered on and on already.`));
      return;
    }
    const watch: Watch = { answer, call, fail, told: null };
    const over = (): void => this.remove(watch);
    call.once('cancelled', over).once('close', over).once('error', over);
    this.watches.add(watch);
    this.timer ??= setInterval(() => this.look(), LOOK_MS);
    void tell(watch);
  }

  /** Whoever watches is told how it is now, and no more. */
  end(): void {
    for (const watch of this.watches) void tell(watch).then(() => watch.call.end());
  }

  private look(): void {
    for (const watch of this.watches) void tell(watch);
  }

  private remove(watch: Watch): void {
    this.watches.delete(watch);
    if (this.watches.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}

async function tell(watch: Watch): Promise<void> {
  try {
    const answer = await watch.answer();
    if (watch.call.writableEnded || watch.told?.equals(answer)) return;
    watch.told = answer;
    watch.call.write(answer);
  } catch (thrown) {
    watch.fail(thrown);
  }
}
