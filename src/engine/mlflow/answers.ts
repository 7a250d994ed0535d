/** Errors as MLflow's clients expect them. What is deterministic is never a 5xx: the clients would try again for minutes. */
import { type ErrorCode, LoopwrightError } from '../../protocol/errors';
import { Refusal, type RefusalCode } from '../clients';

export type MlflowCode =
  RefusalCode | 'BAD_REQUEST' | 'ENDPOINT_NOT_FOUND' | 'UNAUTHENTICATED' | 'NOT_IMPLEMENTED' | 'RESOURCE_EXHAUSTED';

const STATUS: Readonly<Record<MlflowCode, number>> = {
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_ALREADY_EXISTS: 400,
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  NOT_IMPLEMENTED: 501,
  // Not among those that MLflow's clients try again for minutes: 408, 429, 500, 502, 503, 504.
  RESOURCE_EXHAUSTED: 507,
  TEMPORARILY_UNAVAILABLE: 503,
};

/** Of our own errors; whatever else they say, it can't be done here. */
const CODES: Readonly<Partial<Record<ErrorCode, MlflowCode>>> = {
  bad_request: 'INVALID_PARAMETER_VALUE',
  not_found: 'RESOURCE_DOES_NOT_EXIST',
  // Over in a moment: it is worth trying again.
  engine_stopping: 'TEMPORARILY_UNAVAILABLE',
};

export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  readonly status: number;

  constructor(
    readonly code: MlflowCode,
    message: string,
    status?: number,
  ) {
    super(message);
    this.status = status ?? STATUS[code];
  }

  get body(): string {
    return JSON.stringify({ error_code: this.code, message: this.message });
  }

  static from(thrown: unknown): MlflowError {
    if (thrown instanceof MlflowError) return thrown;
    if (thrown instanceof Refusal) return new MlflowError(thrown.code, thrown.message);
    if (isDiskFull(thrown)) return new MlflowError('RESOURCE_EXHAUSTED', DISK_FULL);
    const { code, message } = LoopwrightError.from(thrown);
    if (code === 'internal') return new MlflowError('BAD_REQUEST', `The server could not answer: ${message}`);
    return new MlflowError(CODES[code] ?? 'PERMISSION_DENIED', message);
  }
}

const DISK_FULL =
  'The disk that holds the store is full. Nothing of what was sent is kept. Free some space ("loopwright gc" shows what could go), then log it again.';

/** By the words, too: what crossed the border of a thread has lost its cause. */
function isDiskFull(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown ? thrown.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT' || /\b(?:ENOSPC|EDQUOT)\b|the disk is full/.test(thrown.message);
}
