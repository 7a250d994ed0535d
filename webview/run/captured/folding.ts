/** Which cells are unfolded: what one looks for first, or all, or none, and what the reader made of it. Pure. */
import { type Execution } from '../../../src/protocol/notebooks';
import { lookOf, outputLook } from '../../cells/words';

/** In a notebook of up to so many cells pictures and tables are shown at once. */
const SHORT_NOTEBOOK = 50;

export interface Folding {
  readonly mode: 'some' | 'all' | 'none';
  /** By the execution's ordinal; they were folded or unfolded by hand. */
  readonly byHand: ReadonlyMap<number, boolean>;
}

export const FIRST_FOLDING: Folding = { mode: 'some', byHand: new Map() };

export function isUnfolded({ mode, byHand }: Folding, execution: Execution, total: number, isLive: boolean): boolean {
  const chosen = byHand.get(execution.ordinal);
  if (chosen !== undefined) return chosen;
  if (mode !== 'some') return mode === 'all';
  const { state } = lookOf(execution, isLive);
  if (state === 'failed' || state === 'interrupted') return true;
  return total <= SHORT_NOTEBOOK && execution.outputs.some((output) => outputLook(output) !== 'text');
}

export function withChoice({ mode, byHand }: Folding, ordinal: number, isOpen: boolean): Folding {
  return { mode, byHand: new Map([...byHand, [ordinal, isOpen]]) };
}
