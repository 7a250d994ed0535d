/** The conversation of the page that compares runs with the extension. */
import { type compareCommands, type compareRequests } from '../../src/protocol/pages/compare';
import { type Host } from '../host';

export type CompareHost = Host<typeof compareRequests, typeof compareCommands>;
