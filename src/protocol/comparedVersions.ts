/** Two versions of registered models beside each other: what the requests say of them. */
import * as z from 'zod';

/** What the runs of versions are compared by. */
export const VersionKind = z.enum(['metric', 'param', 'input', 'environment', 'package']);
export type VersionKind = z.infer<typeof VersionKind>;

/** `kept`: apart from everything else, with digests; `found`: where the source says; `elsewhere`: not in this store. */
export const FilesSide = z.enum(['kept', 'found', 'elsewhere']);
export type FilesSide = z.infer<typeof FilesSide>;

export const ComparedFile = z.object({
  path: z.string(),
  /** In the order of the versions; null where a version has no such file. */
  values: z.array(z.object({ sizeBytes: z.number(), sha256: z.string().nullable() }).nullable()),
  /** `unknown`: of the same size, but of one of them there is no digest. */
  state: z.enum(['same', 'changed', 'only', 'unknown']),
  /** Whether both are text, as far as their beginning tells; of those that may differ. */
  isText: z.boolean(),
});
export type ComparedFile = z.infer<typeof ComparedFile>;
