/** Why a request is not answered as it wishes. Each dialect has a status and a body of its own for each. */
import { Refused } from '../inference/refused';

export type FailureKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'no_model'
  | 'no_version'
  | 'method'
  | 'media_type'
  | 'too_large'
  | 'overloaded'
  | 'unavailable'
  | 'timeout'
  | 'unsupported'
  | 'internal';

export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly kind: FailureKind,
    message: string,
    /** After so many seconds it may be tried again. */
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
  }

  static from(thrown: unknown): Failure {
    if (thrown instanceof Failure) return thrown;
    if (thrown instanceof Refused) return new Failure('invalid', thrown.message);
    return new Failure('internal', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** What HTTP says; dialects that say otherwise have it in their own. */
export const STATUS: Readonly<Record<FailureKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  no_model: 404,
  no_version: 404,
  method: 405,
  media_type: 415,
  too_large: 413,
  overloaded: 429,
  unavailable: 503,
  timeout: 504,
  unsupported: 501,
  internal: 500,
};
