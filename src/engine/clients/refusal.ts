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
  ) {
    super(message);
  }
}

export const doesNotExist = (message: string): Refusal => new Refusal('RESOURCE_DOES_NOT_EXIST', message);
export const alreadyExists = (message: string): Refusal => new Refusal('RESOURCE_ALREADY_EXISTS', message);
export const invalid = (message: string): Refusal => new Refusal('INVALID_PARAMETER_VALUE', message);

/** How a refusal crosses a thread's border. */
export interface Refused {
  readonly code: RefusalCode;
  readonly message: string;
}
