/** Taking over what other tools have tracked. */
import { ImportResult, ImportSource, ImportState } from '../imports';
import { Nothing, read, write } from './define';

export const importRequests = {
  /** Imports what is new in a file or folder, or on a server. Answers when it is done. */
  'import/start': write(ImportSource, ImportResult),
  'import/state': read(Nothing, ImportState),
  /** It ends soon; what has been imported stays, and importing again goes on from there. */
  'import/cancel': write(Nothing, Nothing),
} as const;
