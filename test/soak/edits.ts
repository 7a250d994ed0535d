/**
 * What a user changes of runs while things are killed. An edit that was acknowledged must be there; of one whose answer was
 * lost, either state is true.
 */
import { LoopwrightError } from '../../src/protocol/errors';
import type { RunEdit } from '../../src/protocol/lists';
import type { Random } from '../support/random';
import { type Place, Violation } from './place';

interface Known {
  readonly runId: string;
  /** Everything that may be shown, by field. */
  readonly name: Set<string>;
  readonly note: Set<string>;
  readonly starred: Set<boolean>;
  readonly tag: Set<string | null>;
  readonly deleted: Set<boolean>;
}

const AT_A_TIME = 3;
const TAG = 'soak';

export class Editor {
  acknowledged = 0;
  private readonly known = new Map<string, Known>();
  /** One at a time has a run in hand: who comes last has the last word, and here that must be known. */
  private readonly inHand = new Set<string>();

  constructor(
    private readonly place: Place,
    private readonly random: Random,
  ) {}

  /** A run that is over. */
  mayEdit(runId: string, name: string): void {
    if (this.known.has(runId)) return;
    this.known.set(runId, {
      runId,
      name: new Set([name]),
      note: new Set(['']),
      starred: new Set([false]),
      tag: new Set([null]),
      deleted: new Set([false]),
    });
  }

  /** A few changes of runs that are over. */
  async some(): Promise<void> {
    const free = [...this.known.values()].filter(({ runId }) => !this.inHand.has(runId));
    const [first, ...rest] = free;
    if (!first) return;
    const chosen = new Set(Array.from({ length: AT_A_TIME }, () => this.random.pick([first, ...rest])));
    for (const { runId } of chosen) this.inHand.add(runId);
    try {
      for (const run of chosen) await this.one(run);
    } finally {
      for (const { runId } of chosen) this.inHand.delete(runId);
    }
  }

  private async one(run: Known): Promise<void> {
    const word = this.random.hex(8);
    switch (this.random.below(5)) {
      case 0:
        return this.edit(run, { name: word }, run.name, word);
      case 1:
        return this.edit(run, { note: `**${word}**` }, run.note, `**${word}**`);
      case 2: {
        const starred = this.random.isBelow(0.5);
        return this.edit(run, { starred }, run.starred, starred);
      }
      case 3: {
        const value = this.random.isBelow(0.3) ? null : word;
        return this.edit(run, { tags: { [TAG]: value } }, run.tag, value);
      }
      default: {
        const deleted = this.random.isBelow(0.5);
        const method = deleted ? 'runs/delete' : 'runs/restore';
        run.deleted.add(deleted);
        const answer = await this.place.askOnce((engine) => engine.request(method, { runIds: [run.runId] }));
        if (answer.isAnswered) this.settle(run.deleted, deleted);
      }
    }
  }

  private async edit<T>(run: Known, edit: Omit<RunEdit, 'runId'>, allowed: Set<T>, value: T): Promise<void> {
    const edits = [{ runId: run.runId, ...edit }];
    const before = new Set(allowed);
    allowed.add(value);
    try {
      const answer = await this.place.askOnce((engine) => engine.request('runs/edit', { edits }));
      if (answer.isAnswered) this.settle(allowed, value);
    } catch (error) {
      // A deleted run is not edited: then it must be one.
      if (!(error instanceof LoopwrightError) || error.code !== 'bad_request') throw error;
      if (!run.deleted.has(true)) throw new Violation(`an edit was refused: ${error.message}`, { cause: error });
      if (!before.has(value)) allowed.delete(value);
    }
  }

  private settle<T>(allowed: Set<T>, value: T): void {
    this.acknowledged++;
    allowed.clear();
    allowed.add(value);
  }

  /** @throws Violation */
  async check(): Promise<void> {
    for (const run of this.known.values()) {
      if (this.inHand.has(run.runId)) continue;
      this.inHand.add(run.runId);
      try {
        await this.checkOne(run);
      } finally {
        this.inHand.delete(run.runId);
      }
    }
  }

  private async checkOne(run: Known): Promise<void> {
    const [{ run: row, note }, { tags }] = await this.place.ask(async (engine) => [
      await engine.request('runs/get', { runId: run.runId }),
      await engine.request('runs/tags', { runId: run.runId }),
    ]);
    const tag = tags.find(({ key }) => key === TAG)?.value ?? null;
    const is = <T>(what: string, allowed: ReadonlySet<T>, shown: T) => {
      if (!allowed.has(shown))
        throw new Violation(
          `the ${what} of ${run.runId} is ${JSON.stringify(shown)}, acknowledged was ${JSON.stringify([...allowed])}`,
        );
    };
    is('name', run.name, row.name);
    is('note', run.note, note);
    is('star', run.starred, row.starred);
    is('tag', run.tag, tag);
    is('deletion', run.deleted, row.deleted);
  }
}
