/** Runs beside each other, key by key. */
import * as z from 'zod';
import { WireNumber } from './entities';

export const MAX_COMPARED = 20;

export const ComparedKind = z.enum([
  'run',
  'param',
  'metric',
  'system',
  'tag',
  'environment',
  'package',
  'input',
  'output',
]);
export type ComparedKind = z.infer<typeof ComparedKind>;

export const ComparedRow = z.object({
  key: z.string(),
  /** One for each run, in their order; null where it has none. */
  values: z.array(z.union([WireNumber, z.string()]).nullable()),
  differs: z.boolean(),
  /** Of a metric: how many points the run has that logged most. With one there is no curve. */
  points: z.number().int().optional(),
});
export type ComparedRow = z.infer<typeof ComparedRow>;
