/**
 * Errors that cross a process boundary. Each is made where the knowledge is: it names the cause and the way out in
 * one message, and a code that callers can branch on.
 */
export const ERROR_CODES = [
  'bad_request',
  'not_found',
  'not_trusted',
  'not_adopted',
  'read_only',
  'store_unusable',
  'store_newer',
  'store_corrupt',
  'store_foreign',
  'engine_unavailable',
  'engine_stopping',
  'runtime_too_old',
  'no_python',
  'notebook_packages_missing',
  'run_over',
  'run_failed_to_start',
  'server_unreachable',
  'server_refused',
  'gate_failed',
  'cancelled',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export class LoopwrightError extends Error {
  override readonly name = 'LoopwrightError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** Turns whatever was thrown into an error with a code, keeping the original as its cause. */
  static from(thrown: unknown): LoopwrightError {
    if (thrown instanceof LoopwrightError) return thrown;
    // One that crossed the border of a worker thread has lost its class, not its code.
    if (thrown instanceof Error && 'code' in thrown && isErrorCode(thrown.code)) {
      return new LoopwrightError(thrown.code, thrown.message, { cause: thrown });
    }
    return new LoopwrightError('internal', thrown instanceof Error ? thrown.message : String(thrown), {
      cause: thrown,
    });
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return ERROR_CODES.some((code) => code === value);
}
