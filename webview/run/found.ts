/** The section of what a job of ours has found: predictions, or drift. */
import { html, type TemplateResult } from 'lit';
import { type RunPageModel } from '../../src/protocol/pages/run';
import { type RunHost } from './api';
import { driftOf, scoringOf, type SectionId } from './contents';

export interface FoundSection {
  readonly id: SectionId;
  readonly title: string;
  readonly render: () => TemplateResult;
}

/** Null where the run is none of them, or has nothing to show yet. */
export function foundIn(page: RunPageModel, host: RunHost): FoundSection | null {
  const drift = driftOf(page);
  if (drift !== null)
    return {
      ...{ id: 'drift', title: 'Drift' },
      render: () => html`<lw-drift .host=${host} .page=${page} .stage=${drift}></lw-drift>`,
    };
  const scoring = scoringOf(page);
  if (scoring === null) return null;
  return {
    ...{ id: 'predictions', title: 'Predictions' },
    render: () => html`<lw-scored .host=${host} .page=${page} ?ended=${scoring === 'ended'}></lw-scored>`,
  };
}
