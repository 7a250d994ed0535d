/** What a process that runs a model and whoever started it tell each other. Both are of one build: nothing is checked. */
import type { Tuning } from '../protocol/endpoints';
import type { NamedTensor, Signature } from './datatype';
import type { RanRows } from './rows';

/** In place of the rows of a run: nothing is tried with made-up ones. */
export const UNTRIED = 'untried';

interface Asked {
  readonly id: number;
  readonly feeds: readonly NamedTensor[];
}

export type ToModel =
  | (Asked & { readonly kind: 'run' })
  /** Many rows, `step` of them at a time. */
  | (Asked & { readonly kind: 'rows'; readonly step: number });

export type FromModel =
  /** It is loaded, and is tried now with made-up rows: who ends from here on was ended by that. */
  | { readonly kind: 'opened' }
  | {
      readonly kind: 'ready';
      readonly signature: Signature;
      readonly answersBatches: boolean;
      readonly tuning: Tuning;
    }
  /** It can't be loaded, and won't be able to be. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'ran'; readonly id: number; readonly outputs: readonly NamedTensor[]; readonly tookUs: number }
  | ({ readonly kind: 'ranRows'; readonly id: number } & RanRows)
  | { readonly kind: 'refused'; readonly id: number; readonly message: string };
