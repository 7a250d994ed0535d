/** Writing runs out into files of other programs' formats. Nothing of the store is changed. */
import { ExportOrder, ExportResult, ExportState } from '../exports';
import { Nothing, read } from './define';

export const exportRequests = {
  /** Answers when it is done. One at a time. */
  'export/start': read(ExportOrder, ExportResult),
  'export/state': read(Nothing, ExportState),
  /** It ends soon, and leaves nothing under the names of its files but artifacts that are whole. */
  'export/cancel': read(Nothing, Nothing),
} as const;
