/** The conversation of the page that compares two versions with the extension. */
import { type compareVersionsCommands, type compareVersionsRequests } from '../../src/protocol/pages/compareVersions';
import { type Host } from '../host';

export type VersionsHost = Host<typeof compareVersionsRequests, typeof compareVersionsCommands>;
