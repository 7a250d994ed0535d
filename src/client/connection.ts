/** A typed connection to the engine of a store, for windows and the command line. */
import { connect, type Socket } from 'node:net';
import {
  ConnectionError,
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { isErrorCode, LoopwrightError } from '../protocol/errors';
import { proveAsClient } from '../protocol/node/proof';
import { Changed, type Method, type Params, type Result, requests } from '../protocol/requests';

/** jsonrpc hands out one message in each turn of the loop: answers that came together with the end are still on their way. */
const LAST_ANSWERS_MS = 50;

export interface EngineConnection {
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  onChanged(listener: (changed: Changed) => void): void;
  onClosed(listener: () => void): void;
  close(): void;
}

/** @throws LoopwrightError `engine_unavailable` if nobody listens, or somebody who does not know the token */
export async function connectTo(socketPath: string, token: string): Promise<EngineConnection> {
  const socket = await open(socketPath);
  try {
    await proveAsClient(socket, token);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const rpc = createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket));
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => undefined); // whoever waits for an answer has it from there
  const onClosed: (() => void)[] = [];
  let isClosed = false;
  const markClosed = (graceMs: number) => {
    if (isClosed) return;
    isClosed = true;
    setTimeout(() => {
      closed.reject(gone());
    }, graceMs);
    for (const listener of onClosed) listener();
  };
  rpc.onClose(() => {
    markClosed(LAST_ANSWERS_MS);
  });
  rpc.onError(() => socket.destroy());
  rpc.listen();
  return {
    // jsonrpc leaves what was asked before the connection closed without an answer for ever.
    request: (method, params) => Promise.race([send(rpc, method, params), closed.promise]),
    onChanged: (listener) => {
      rpc.onNotification('changed', (raw: unknown) => {
        const changed = Changed.safeParse(raw);
        if (changed.success) listener(changed.data);
      });
    },
    onClosed: (listener) => {
      if (isClosed) listener();
      else onClosed.push(listener);
    },
    close: () => {
      rpc.dispose();
      socket.destroy();
      markClosed(0);
    },
  };
}

async function send<M extends Method>(rpc: MessageConnection, method: M, params: Params<M>): Promise<Result<M>> {
  let raw: unknown;
  try {
    raw = await rpc.sendRequest<unknown>(method, params);
  } catch (error) {
    throw asError(error);
  }
  const checked = requests[method].result.safeParse(raw);
  if (!checked.success) {
    throw new LoopwrightError('internal', `The engine's answer to ${method} is not of its form.`, {
      cause: checked.error,
    });
  }
  // The schema of this very method made the value; the compiler can't follow a generic index into the table.
  return checked.data as Result<M>;
}

/** jsonrpc's own codes for a connection that broke while something was asked. */
const BROKEN: ReadonlySet<number> = new Set<number>([
  ErrorCodes.MessageWriteError,
  ErrorCodes.MessageReadError,
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.ConnectionInactive,
]);

function asError(thrown: unknown): LoopwrightError {
  if (thrown instanceof ConnectionError) return gone(thrown);
  if (!(thrown instanceof ResponseError)) return LoopwrightError.from(thrown);
  if (BROKEN.has(thrown.code)) return gone(thrown);
  const data: unknown = thrown.data;
  const code = typeof data === 'object' && data !== null && 'code' in data ? data.code : null;
  return new LoopwrightError(isErrorCode(code) ? code : 'internal', thrown.message, { cause: thrown });
}

const gone = (cause?: unknown) =>
  new LoopwrightError('engine_unavailable', 'The engine closed the connection. Try again: it is started on demand.', {
    cause,
  });

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
    socket.once('error', (cause) => {
      reject(new LoopwrightError('engine_unavailable', `Nobody listens at ${path}.`, { cause }));
    });
  });
}
