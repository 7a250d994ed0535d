/** A gRPC service: its methods, each from bytes to bytes. A dialect of gRPC's, which knows nothing of sockets either. */
import { status } from '@grpc/grpc-js';
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
export const CODES: Readonly<Record<FailureKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
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
