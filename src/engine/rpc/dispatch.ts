/** From a request as it arrived to its handler: form, trust and the store's state are checked here, once for all. */
import type { StoreState } from '../../protocol/entities';
import { isErrorCode, LoopwrightError } from '../../protocol/errors';
import { type CheckedParams, type Method, type Requests, type Result, requests } from '../../protocol/requests';

export interface ConnectionState {
  /** Null until `initialize`. */
  trusted: boolean | null;
  /** Aborted when the connection has ended: whoever asked has gone. */
  readonly ended: AbortSignal;
}

type Checked<M extends Method> = (
  params: CheckedParams<M>,
  connection: ConnectionState,
) => Promise<Result<M>> | Result<M>;

/** A handler for every request; leaving one out does not compile. */
export type RequestHandlers = { readonly [M in Method]: Checked<M> };

export type Dispatch = (connection: ConnectionState, method: Method, params: unknown) => Promise<unknown>;

/** These must work on a store that can't be written: they are what mends it. */
const MENDING: ReadonlySet<Method> = new Set<Method>(['store/adopt', 'store/repair']);

/** @param onFailure told of every error that a handler gave, so that damage which a query meets becomes the store's state */
export function createDispatch(
  handlers: RequestHandlers,
  storeState: () => StoreState,
  onFailure: (error: LoopwrightError) => void,
): Dispatch {
  return async (connection, method, raw) => {
    const definition: Requests[Method] = requests[method];
    const params = definition.params.safeParse(raw ?? {});
    if (!params.success) {
      const [issue] = params.error.issues;
      throw new LoopwrightError(
        'bad_request',
        `${method}: ${issue ? `${issue.path.join('.')}: ${issue.message}` : 'the parameters are not of their form'}`,
        { cause: params.error },
      );
    }
    if (connection.trusted === null && method !== 'initialize')
      throw new LoopwrightError('bad_request', 'The first request of a connection is initialize.');
    if (definition.writes) mayWrite(connection, method, storeState());
    const handler = handlers[method] as Checked<Method>;
    try {
      return await handler(params.data, connection);
    } catch (thrown) {
      const error = LoopwrightError.from(thrown);
      onFailure(error);
      throw error;
    }
  };
}

function mayWrite(connection: ConnectionState, method: Method, store: StoreState): void {
  if (connection.trusted !== true)
    throw new LoopwrightError(
      'not_trusted',
      'This folder is not trusted: nothing is run or changed in it. Trust the workspace first.',
    );
  if (MENDING.has(method)) return;
  if (store.state !== 'ready') throw whyNotWritten(store);
}

/** The error of whoever wants to change something in a store that is not to be changed. */
export function whyNotWritten(store: StoreState): LoopwrightError {
  if (store.state !== 'readonly') return whyClosed(store);
  return new LoopwrightError(store.adopted ? 'read_only' : 'not_adopted', store.reason);
}

/** The error of whoever asks for something that the store can't give as it is. */
export function whyClosed(store: StoreState): LoopwrightError {
  if (store.state !== 'unusable') return new LoopwrightError('store_unusable', 'The store is being opened. Try again.');
  return new LoopwrightError(isErrorCode(store.code) ? store.code : 'store_unusable', store.reason);
}
