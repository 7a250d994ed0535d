/** The conversation of the page of a model version with the extension. */
import { type modelVersionCommands, type modelVersionRequests } from '../../src/protocol/pages/modelVersion';
import { type Host } from '../host';

export type VersionHost = Host<typeof modelVersionRequests, typeof modelVersionCommands>;
