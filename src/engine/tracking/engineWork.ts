/**
 * The work that the engine does for a run, beside its script and after it: when it is due, and which of it is over. A run
 * is followed until all of it is, so that an engine which was killed takes it up again where it starts next.
 */
import type { Database } from 'better-sqlite3';
import type { CaptureKind, WorkKind } from '../../protocol/capture';
import type { RunSpec } from '../../protocol/runFolder';

/** What the engine itself does; the rest of a run's work is its observer's. */
export const ENGINE_WORK = ['code', 'codeCheck', 'data'] as const satisfies readonly EngineWorkKind[];
export type EngineWorkKind = WorkKind;

/** What must be captured for it to be due at all. */
const PART_OF: Readonly<Record<EngineWorkKind, CaptureKind>> = {
  code: 'code',
  codeCheck: 'code',
  data: 'data',
  environment: 'environment',
  models: 'models',
};

/**
 * `start`: as soon as the run is known. `end`: when the script has ended. `quiet`: when nobody will tell of further files
 * either (neither a process that the script has left behind nor the observer), and the snapshot, which is looked at, is
 * there.
 */
const DUE: Readonly<Record<EngineWorkKind, 'start' | 'end' | 'quiet'>> = {
  code: 'start',
  codeCheck: 'quiet',
  data: 'quiet',
  environment: 'end',
  models: 'end',
};

export class EngineWork {
  private readonly waiting: Set<EngineWorkKind>;
  private readonly asked = new Set<EngineWorkKind>();

  constructor(db: Database, seq: number, spec: RunSpec, isOnThisMachine: boolean, kinds: readonly EngineWorkKind[]) {
    const over = new Set(db.prepare<[number], string>('SELECT kind FROM work WHERE run_seq = ?').pluck().all(seq));
    this.waiting = new Set(
      isOnThisMachine ? kinds.filter((kind) => spec.capture.kinds.includes(PART_OF[kind]) && !over.has(kind)) : [],
    );
  }

  get isOver(): boolean {
    return this.waiting.size === 0;
  }

  /** What has become due since it was last asked. */
  takeDue({ hasEnded, isQuiet }: { hasEnded: boolean; isQuiet: boolean }): EngineWorkKind[] {
    const isNow = { start: true, end: hasEnded, quiet: hasEnded && isQuiet && !this.waiting.has('code') };
    const due = [...this.waiting].filter((kind) => !this.asked.has(kind) && isNow[DUE[kind]]);
    for (const kind of due) this.asked.add(kind);
    return due;
  }

  /** Whether this is still to be done, and nobody was asked to do it for good. */
  isOpen(kind: EngineWorkKind): boolean {
    return this.waiting.has(kind) && !this.asked.has(kind);
  }

  /** It has a row in the store now: done or failed. */
  setOver(kind: WorkKind): void {
    for (const one of this.waiting) if (one === kind) this.waiting.delete(one);
  }
}
