/** The conversation of the page that compares two runs of a notebook with the extension. */
import { type compareNotebookCommands, type compareNotebookRequests } from '../../src/protocol/pages/compareNotebook';
import { type Host } from '../host';

export type CompareHost = Host<typeof compareNotebookRequests, typeof compareNotebookCommands>;
