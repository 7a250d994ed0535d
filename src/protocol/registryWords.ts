/** What happened to a registered model, in words. Pure. */
import type { RegistryEvent } from './registry';

/** `alias champion was set by ada: better on May` */
export function eventWords(event: Pick<RegistryEvent, 'what' | 'detail' | 'by' | 'why' | 'verdict'>): string {
  const { by, why, verdict } = event;
  const gate = verdict === null ? '' : verdict.passed ? ', through its gate' : ', past its gate';
  return `${whatWords(event)}${by === null ? '' : ` by ${by}`}${gate}${why === null ? '' : `: ${why}`}`;
}

function whatWords({ what, detail }: Pick<RegistryEvent, 'what' | 'detail'>): string {
  switch (what) {
    case 'created':
      return 'the model was made';
    case 'described':
      return 'the description was changed';
    case 'tagged':
      return `tags were changed (${detail})`;
    case 'renamed':
      return `the model was renamed, from ${detail}`;
    case 'deleted':
      return 'the model was deleted';
    case 'restored':
      return 'the model was restored';
    case 'versionCreated':
      return 'the version was registered';
    case 'versionDeleted':
      return 'the version was deleted';
    case 'versionRestored':
      return 'the version was restored';
    case 'aliasSet':
      return `alias ${detail} was set`;
    case 'aliasRemoved':
      return `alias ${detail} was taken away`;
    case 'stage':
      return `stage ${detail}`;
    case 'approved':
      return 'the version was approved';
    case 'approvalWithdrawn':
      return 'the approval was withdrawn';
  }
}
