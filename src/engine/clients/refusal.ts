/** What a tracking client asked for and can't have, in the words that the field's clients branch on: MLflow's codes. */
export const REFUSAL_CODES = [
  'RESOURCE_DOES_NOT_EXIST',
  'RESOURCE_ALREADY_EXISTS',
  'INVALID_PARAMETER_VALUE',
  'PERMISSION_DENIED',
  'TEMPORARILY_UNAVAILABLE',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
    /** What came of a gate that was asked. */
    readonly gate?: 'failed' | 'stale',
  ) {
    super(message);
  }
}

export const doesNotExist = (message: string): Refusal => new Refusal('RESOURCE_DOES_NOT_EXIST', message);
export const alreadyExists = (message: string): Refusal => new Refusal('RESOURCE_ALREADY_EXISTS', message);
export const invalid = (message: string): Refusal => new Refusal('INVALID_PARAMETER_VALUE', message);

/** A gate of `loopwright.yaml` does not let a version pass: it lists the checks that failed. */
export class GateRefusal extends Refusal {
  constructor(message: string) {
    super('PERMISSION_DENIED', message, 'failed');
  }
}

/** What was read for a gate is not of those any more that it compares: it is to be read again. */
export class StaleGate extends Refusal {
  constructor() {
    super(
      'TEMPORARILY_UNAVAILABLE',
      'Other versions took the place while the gate of loopwright.yaml was asked. Try again.',
      'stale',
    );
  }
}

/** How a refusal crosses a thread's border. */
export interface Refused {
  readonly code: RefusalCode;
  readonly message: string;
  readonly gate?: 'failed' | 'stale';
}
