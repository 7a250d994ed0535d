/** A gRPC service: its methods, each from bytes to bytes. A dialect of gRPC's, which knows nothing of sockets either. */
import type { Served } from '../dialect';
import type { FailureKind } from '../failure';
import type { Message } from './message';

export interface Method {
  readonly name: string;
  /** @throws Failure, Refused */
  answer(asked: Buffer, served: Served): Buffer | Promise<Buffer>;
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
  answer: (asked: In, served: Served) => Partial<Out> | Promise<Partial<Out>>,
): Method {
  return {
    name,
    answer: (asked, served) => {
      const answered = answer(asks.decode(asked), served);
      return answered instanceof Promise ? answered.then((one) => gives.encode(one)) : gives.encode(answered);
    },
  };
}

/** https://grpc.io/docs/guides/status-codes */
export const CODES: Readonly<Record<FailureKind, number>> = {
  invalid: 3, // INVALID_ARGUMENT
  unauthenticated: 16, // UNAUTHENTICATED
  forbidden: 7, // PERMISSION_DENIED
  not_found: 5, // NOT_FOUND
  no_model: 5,
  no_version: 5,
  method: 12, // UNIMPLEMENTED
  media_type: 12,
  too_large: 8, // RESOURCE_EXHAUSTED
  overloaded: 14, // UNAVAILABLE: clients try again
  unavailable: 14,
  timeout: 4, // DEADLINE_EXCEEDED
  unsupported: 12,
  internal: 13, // INTERNAL
};
