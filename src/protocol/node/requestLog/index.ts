/** Logs of endpoints' requests, as whoever reads them sees them. */
export { type Answerer, answerersIn } from './answerers';
export type { Label } from './form';
export { type FoundRequest, requestOf, type WantedRequest } from './one';
export { lastRequests, requestsBackwards, requestsIn } from './reader';
export { type LoggedRequest, type LoggedTensor, type LoggedValue, rowsOf } from './rows';
export { requestLogFolder } from './segments';
