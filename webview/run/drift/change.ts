/** Settings that somebody changes on the page of a comparison. */
import { type DriftSettings } from '../../../src/protocol/drift';

/** It goes up through all elements to that of the whole comparison. */
export class DriftChangeEvent extends Event {
  static readonly type = 'lw-drift-change';
  constructor(readonly change: DriftSettings) {
    super(DriftChangeEvent.type, { bubbles: true, composed: true });
  }
}
