/** The conversation of the page of an endpoint with the extension. */
import { type endpointPageCommands, type endpointPageRequests } from '../../src/protocol/pages/endpoint';
import { type Host } from '../host';

export type EndpointHost = Host<typeof endpointPageRequests, typeof endpointPageCommands>;
