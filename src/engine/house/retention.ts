/**
 * Retention that acts by itself: by rules that this user has confirmed for this store on this machine, at most once a day
 * and only while no run goes on. They lie with the user's other files, not in the store: one that came with a clone
 * brings no rules along.
 */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { LoopwrightError } from '../../protocol/errors';
import { isSameRetention, type Removal, type Retention, RetentionState } from '../../protocol/house';
import { writeAtomically } from '../../protocol/node/storeFolder';
import type { Gc } from './gc';

const DAY_MS = 24 * 3600 * 1000;
const KEPT_REMOVALS = 50;

const RetentionFile = RetentionState.extend({ storeId: z.string() });

export class RetentionKeeper {
  private current: RetentionState;
  /** After a failure it is tried again an hour later, not with the next run. */
  private failedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly file: string,
    private readonly storeId: string | null,
    private readonly gc: Pick<Gc, 'apply' | 'isRunning'>,
    private readonly log: (message: string) => void,
  ) {
    this.current = read(file, storeId, log);
  }

  get state(): RetentionState {
    return this.current;
  }

  /** @throws LoopwrightError `read_only` if that can't be written down */
  confirm(rules: Retention | null): void {
    const before = this.current.rules;
    if (rules === null ? before === null : before !== null && isSameRetention(before, rules)) return;
    this.write({ ...this.current, rules, appliedMs: null });
    this.log(rules === null ? 'retention: off' : `retention: ${JSON.stringify(rules)} from now on`);
  }

  /** Something was removed for good, by whomever. */
  note(rules: Retention, removal: Omit<Removal, 'atMs'>, nowMs: number): void {
    const isOurs = this.current.rules !== null && isSameRetention(this.current.rules, rules);
    try {
      this.write({
        ...this.current,
        ...(isOurs ? { appliedMs: nowMs } : {}),
        history: [{ ...removal, atMs: nowMs }, ...this.current.history].slice(0, KEPT_REMOVALS),
      });
    } catch (thrown) {
      // The removal itself is done; a disk without room must not make a failure of it.
      this.log(LoopwrightError.from(thrown).message);
    }
  }

  async applyIfDue(nowMs: number): Promise<void> {
    const { rules, appliedMs } = this.current;
    if (rules === null || this.gc.isRunning || nowMs - this.failedMs < DAY_MS / 24) return;
    // A clock that was set back must not keep it from working for ever.
    if (appliedMs !== null && nowMs >= appliedMs && nowMs - appliedMs < DAY_MS) return;
    try {
      const result = await this.gc.apply(rules);
      if (result === null) this.write({ ...this.current, appliedMs: nowMs });
      else
        this.log(
          `retention: ${String(result.totalBytes)} bytes freed${result.problems.map((text) => `; ${text}`).join('')}`,
        );
    } catch (thrown) {
      this.failedMs = nowMs;
      this.log(`retention: ${LoopwrightError.from(thrown).message}`);
    }
  }

  private write(state: RetentionState): void {
    try {
      writeAtomically(this.file, `${JSON.stringify({ ...state, storeId: this.storeId ?? '' }, null, 2)}\n`);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new LoopwrightError('read_only', `${this.file} can't be written: ${cause}.`, { cause: error });
    }
    this.current = state;
  }
}

function read(file: string, storeId: string | null, log: (message: string) => void): RetentionState {
  const none: RetentionState = { rules: null, appliedMs: null, history: [] };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return none; // nothing was ever confirmed or removed here
  }
  try {
    const { storeId: ofStore, ...state } = RetentionFile.parse(JSON.parse(text));
    // Another store may have taken the place of the one that was meant.
    return ofStore === storeId ? state : none;
  } catch {
    log(`retention: ${file} is not of its form; nothing is removed by itself until it is confirmed anew`);
    return none;
  }
}
