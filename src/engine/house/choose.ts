/** Which runs the rules take. Pure. */
import { type KeepReason, RECENT_MS, type RemovalReason, type Retention } from '../../protocol/house';
import { BEING_REMOVED } from '../tracking';
import type { Unit } from './units';

export interface Choice {
  readonly removed: readonly { readonly unit: Unit; readonly reason: RemovalReason }[];
  /** Those that a rule would have taken. */
  readonly kept: readonly { readonly unit: Unit; readonly reason: KeepReason }[];
}

/** The room that a store takes, told as runs are taken out of it. */
export interface Room {
  readonly bytes: number;
  take(unit: Unit): void;
}

export function choose(units: readonly Unit[], rules: Retention, nowMs: number, room: () => Room): Choice {
  const removed: { unit: Unit; reason: RemovalReason }[] = [];
  const kept: { unit: Unit; reason: KeepReason }[] = [];
  const seen = new Set<Unit>();
  const take = (unit: Unit, reason: RemovalReason): boolean => {
    if (seen.has(unit)) return false;
    seen.add(unit);
    const isInterrupted = reason === 'interrupted';
    if (unit.mustStay !== null && !isInterrupted) kept.push({ unit, reason: unit.mustStay });
    else if (reason !== 'deleted' && !isInterrupted && !rules.includeRecent && nowMs - unit.lastMs < RECENT_MS)
      kept.push({ unit, reason: 'recent' });
    else {
      removed.push({ unit, reason });
      return true;
    }
    return false;
  };

  const shown: Unit[] = [];
  for (const unit of units) {
    const { deletedMs } = unit.top;
    if (deletedMs === BEING_REMOVED) take(unit, 'interrupted');
    else if (deletedMs === null) shown.push(unit);
    else if (nowMs - deletedMs >= rules.deletedOlderThanMs) take(unit, 'deleted');
  }
  shown.sort((left, right) => left.lastMs - right.lastMs || (left.top.runId < right.top.runId ? -1 : 1));
  if (rules.olderThanMs !== undefined)
    for (const unit of shown) if (nowMs - unit.lastMs >= rules.olderThanMs) take(unit, 'age');
  if (rules.keepPerExperiment !== undefined) {
    const newer = new Map<string, number>();
    for (const unit of [...shown].reverse()) {
      const count = newer.get(unit.top.experiment) ?? 0;
      newer.set(unit.top.experiment, count + 1);
      if (count >= rules.keepPerExperiment) take(unit, 'count');
    }
  }
  if (rules.maxSizeBytes !== undefined) {
    const taken = room();
    for (const { unit } of removed) taken.take(unit);
    // What was thrown away goes before what was not, but for a day it can be had back.
    const thrownAway = units
      .filter(({ top: { deletedMs } }) => deletedMs !== null && (rules.includeRecent || nowMs - deletedMs >= RECENT_MS))
      .sort((left, right) => (left.top.deletedMs ?? 0) - (right.top.deletedMs ?? 0));
    for (const unit of thrownAway) {
      if (taken.bytes <= rules.maxSizeBytes) break;
      if (take(unit, 'deleted')) taken.take(unit);
    }
    for (const unit of shown) {
      if (taken.bytes <= rules.maxSizeBytes) break;
      if (take(unit, 'size')) taken.take(unit);
    }
  }
  return { removed, kept };
}
