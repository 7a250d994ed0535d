/** What stands between the user and a store, with the ways out. Pure. */
import type { StoreState } from '../../protocol/entities';
import type { SessionState } from './session';

export type WayOut = 'adopt' | 'repair' | 'retry' | 'showLog';

export interface Problem {
  /** `warning`: what is in the store can be seen, but not changed. */
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly reason: string;
  /** The first one is the main one. */
  readonly waysOut: readonly WayOut[];
}

export function problemOf(state: SessionState): Problem | null {
  switch (state.kind) {
    case 'absent':
    case 'connecting':
    case 'lost':
      return null;
    case 'failed':
      return {
        severity: 'error',
        code: state.error.code,
        reason: state.error.message,
        waysOut: state.error.code === 'store_foreign' ? ['retry'] : ['retry', 'showLog'],
      };
    case 'open':
      return storeProblem(state.store);
  }
}

function storeProblem(store: StoreState): Problem | null {
  switch (store.state) {
    case 'ready':
      return null;
    case 'readonly':
      return store.adopted
        ? { severity: 'warning', code: 'read_only', reason: store.reason, waysOut: ['retry'] }
        : { severity: 'warning', code: 'not_adopted', reason: store.reason, waysOut: ['adopt'] };
    case 'unusable':
      return { severity: 'error', code: store.code, reason: store.reason, waysOut: waysOutOf(store.code) };
  }
}

function waysOutOf(code: string): readonly WayOut[] {
  switch (code) {
    case 'not_adopted':
      return ['adopt'];
    case 'store_corrupt':
      return ['repair', 'showLog'];
    case 'store_newer':
      return [];
    default:
      return ['showLog', 'retry'];
  }
}
