/** Writing runs out into files of other programs' formats, and sending them to servers. No run is changed. */
import { ExportOrder, ExportResult, ExportState, SendOrder, SendResult } from '../exports';
import { Nothing, read, write } from './define';

export const exportRequests = {
  /** Answers when it is done. One at a time. */
  'export/start': read(ExportOrder, ExportResult),
  /**
   * Sends runs to a tracking server. Answers when it is done; one at a time, as with files. The store keeps an account of
   * what a server has, so that sending again sends what is new.
   */
  'export/send': write(SendOrder, SendResult),
  'export/state': read(Nothing, ExportState),
  /** It ends soon, and leaves nothing under the names of its files but artifacts that are whole. */
  'export/cancel': read(Nothing, Nothing),
} as const;
