/**
 * Asks for what the page is about before the rest of its script begins, so that the answer comes while that is evaluated.
 * To be imported before everything else, and to import nothing itself.
 */
import type { Wire } from './host';

/** Under this number no later request is sent. */
export const FIRST_REQUEST = { id: 0, method: 'load' } as const;

export const wire: Wire = acquireVsCodeApi();
wire.postMessage({ type: 'request', ...FIRST_REQUEST, params: {} });
