/** Changing runs: what was done can be undone, the last change first. Knows nothing of VS Code. */
import { MAX_EDITS, type RunEdit } from '../../protocol/lists';
import type { StoreSession } from '../stores/session';
import { Signal } from '../signal';
import type { RunRef } from './pickRun';

type Session = Pick<StoreSession, 'request'>;
/** A run of which only the store and the id matter. */
export type EditedRun = { readonly session: Session; readonly row: Pick<RunRef['row'], 'runId'> };
export type EditOf = Omit<RunEdit, 'runId'>;

export interface Undo {
  /** What is undone, for people. */
  readonly what: string;
  readonly take: () => Promise<void>;
}

/** Further back nobody remembers what it was. */
const STEPS = 50;

export class RunEdits {
  private readonly steps: Undo[] = [];
  private readonly changed = new Signal<boolean>();
  /** Whether there is something to undo. */
  readonly onDidChange = this.changed.on;

  /** The same for all of them. */
  apply(what: string, runs: readonly EditedRun[], edit: EditOf): Promise<Undo | undefined> {
    return this.applyEach(
      what,
      runs.map((run) => ({ run, edit })),
    );
  }

  async applyEach(
    what: string,
    edits: readonly { readonly run: EditedRun; readonly edit: EditOf }[],
  ): Promise<Undo | undefined> {
    const done: { session: Session; before: RunEdit[] }[] = [];
    const step: Undo = { what, take: () => putBack(done) };
    try {
      for (const [session, part] of inParts(edits, ({ run }) => run.session)) {
        const wanted = part.map(({ run, edit }) => ({ ...edit, runId: run.row.runId }));
        done.push({ session, before: (await session.request('runs/edit', { edits: wanted })).before });
      }
    } finally {
      // What was done before another part failed can be undone, too.
      if (done.length > 0) this.remember(step);
    }
    return done.length > 0 ? step : undefined;
  }

  /** @returns how many were deleted, and how to get them back */
  delete(what: string, runs: readonly EditedRun[]): Promise<{ count: number; undo: Undo | undefined }> {
    return this.mark(what, runs, 'runs/delete', 'runs/restore');
  }

  restore(what: string, runs: readonly EditedRun[]): Promise<{ count: number; undo: Undo | undefined }> {
    return this.mark(what, runs, 'runs/restore', 'runs/delete');
  }

  /** @returns what was undone; undefined if there is nothing */
  async undo(step = this.steps.at(-1)): Promise<string | undefined> {
    const at = step ? this.steps.indexOf(step) : -1;
    if (!step || at < 0) return undefined;
    await step.take();
    // Only now: what failed can be tried once more.
    this.steps.splice(this.steps.indexOf(step), 1);
    this.changed.fire(this.steps.length > 0);
    return step.what;
  }

  private async mark(
    what: string,
    runs: readonly EditedRun[],
    way: 'runs/delete' | 'runs/restore',
    wayBack: 'runs/delete' | 'runs/restore',
  ): Promise<{ count: number; undo: Undo | undefined }> {
    const done: { session: Session; runIds: string[] }[] = [];
    const step: Undo = {
      what,
      take: async () => {
        for (const { session, runIds } of done) await session.request(wayBack, { runIds });
      },
    };
    try {
      for (const [session, part] of inParts(runs, (run) => run.session)) {
        const { runIds } = await session.request(way, { runIds: part.map(({ row }) => row.runId) });
        if (runIds.length > 0) done.push({ session, runIds });
      }
    } finally {
      if (done.length > 0) this.remember(step);
    }
    const count = done.reduce((sum, { runIds }) => sum + runIds.length, 0);
    return { count, undo: count > 0 ? step : undefined };
  }

  private remember(step: Undo): void {
    this.steps.push(step);
    if (this.steps.length > STEPS) this.steps.shift();
    this.changed.fire(true);
  }
}

async function putBack(done: readonly { session: Session; before: RunEdit[] }[]): Promise<void> {
  for (const { session, before } of done) await session.request('runs/edit', { edits: before });
}

/** By store, each part as large as one request may be. */
function* inParts<T>(all: readonly T[], sessionOf: (one: T) => Session): Generator<[Session, T[]]> {
  const sessions = new Set(all.map(sessionOf));
  for (const session of sessions) {
    const own = all.filter((one) => sessionOf(one) === session);
    for (let from = 0; from < own.length; from += MAX_EDITS) yield [session, own.slice(from, from + MAX_EDITS)];
  }
}
