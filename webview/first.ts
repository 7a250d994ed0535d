/**
 * Asks for what the page is about before the rest of its script begins, so that the answer comes while that is
 * evaluated; unless the document brought it along. To be imported before everything else, and to import nothing itself.
 */
import type { GivenAnswer } from '../src/protocol/pages/run';
import type { Wire } from './host';

/** Under this number no later request is sent. */
const FIRST_REQUEST = { id: 0, method: 'load' } as const;

export const wire: Wire = acquireVsCodeApi();
/** From the extension's own document; what is in an answer is looked at like any other. */
export const given = JSON.parse(document.getElementById('loopwright-answers')?.textContent ?? '[]') as GivenAnswer[];
const isGiven = given.some(({ method }) => method === FIRST_REQUEST.method);
if (!isGiven) wire.postMessage({ type: 'request', ...FIRST_REQUEST, params: {} });
export const sent = isGiven ? {} : { sent: FIRST_REQUEST };
