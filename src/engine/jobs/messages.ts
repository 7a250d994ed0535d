/** What the engine and a job process say to each other. */
import type { ErrorCode } from '../../protocol/errors';

export type ToJob =
  { readonly kind: 'task'; readonly name: string; readonly params: unknown } | { readonly kind: 'abort' };

export type FromJob =
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'progress'; readonly value: unknown }
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };
