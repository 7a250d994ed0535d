/** `loopwright.yaml`, the file beside the store (`docs/config.md`). */
import * as z from 'zod';
import { Nothing, read } from './define';

/** From zero, columns in UTF-16 units: as editors count. */
const Place = z.object({ line: z.number(), column: z.number() });

export const ConfigProblem = z.object({
  from: Place,
  to: Place,
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
});
export type ConfigProblem = z.infer<typeof ConfigProblem>;

const names = z.array(z.string());
/** Whoever asks knows their form. */
const Settings = z.record(z.string(), z.unknown());

export const configRequests = {
  /** Of a text that is being edited, else of the file; one that is not there has neither problems nor gates. */
  'config/check': read(
    z.object({ text: z.string().optional() }),
    z.object({
      problems: z.array(ConfigProblem),
      /** What each gate asks, in words; none while the file has an error. */
      gates: z.array(z.object({ model: z.string(), alias: z.string(), asks: names })),
    }),
  ),
  /** The section `drift` of the file, of the form of `DriftSettings`; empty without a file. An error in the file is one of this. */
  'config/drift': read(Nothing, z.object({ settings: Settings })),
  /** The file's text with a change of that section in it, all else as it was; `text` is null where there is no file. Writes nothing. */
  'config/withDrift': read(z.object({ text: z.string().nullable(), change: Settings }), z.object({ text: z.string() })),
  /** What a file may name: at most 500 of each. */
  'config/names': read(
    Nothing,
    z.object({ models: names, aliases: names, metrics: names, tags: names, features: names }),
  ),
} as const;
