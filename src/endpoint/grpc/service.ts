/** A gRPC service: its methods, each from bytes to bytes. A dialect of gRPC's, which knows nothing of sockets either. */
import { status } from '@grpc/grpc-js';
import type { Call } from '../call';
import type { Served } from '../dialect';
import type { FailureKind } from '../failure';
import type { Message } from './message';

export interface Method {
  readonly name: string;
  /** Whether it is answered without the endpoint's key. */
  readonly isOpen: boolean;
  /** Whether it is a request for predictions, which is remembered. */
  readonly infers: boolean;
  /** Whether it goes on: it is answered again whenever its answer has become another. */
  readonly isWatched: boolean;
  /** @throws Failure, Refused */
  answer(asked: Buffer, served: Served, call: Call | null): Buffer | Promise<Buffer>;
}

export interface Service {
  /** With its package. */
  readonly name: string;
  readonly methods: readonly Method[];
}

export function method<In, Out>(
  name: string,
  asks: Message<In>,
  gives: Message<Out>,
  answer: (asked: In, served: Served, call: Call | null) => Partial<Out> | Promise<Partial<Out>>,
  { isOpen = false, infers = false, isWatched = false }: Partial<Pick<Method, 'isOpen' | 'infers' | 'isWatched'>> = {},
): Method {
  return {
    ...{ name, isOpen, infers, isWatched },
    answer: (asked, served, call) => {
      const answered = answer(asks.decode(asked), served, call);
      return answered instanceof Promise ? answered.then((one) => gives.encode(one)) : gives.encode(answered);
    },
  };
}

/** https://grpc.io/docs/guides/status-codes */
export const CODES: Readonly<Record<FailureKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  no_model: status.NOT_FOUND,
  no_version: status.NOT_FOUND,
  method: status.UNIMPLEMENTED,
  media_type: status.UNIMPLEMENTED,
  too_large: status.RESOURCE_EXHAUSTED,
  overloaded: status.UNAVAILABLE, // clients try again
  unavailable: status.UNAVAILABLE,
  timeout: status.DEADLINE_EXCEEDED,
  unsupported: status.UNIMPLEMENTED,
  internal: status.INTERNAL,
};
