/** What a journal holds of notebooks: apart, because the extension tells these itself (`docs/run-folder.md`). */
import * as z from 'zod';
import { CellError, CellOutput, ExecutionState } from './notebooks';

const Milliseconds = z.number();

/** A later record of the same execution replaces what it names; `source` and `tags` may be left out then. */
const ExecutionRecord = z.object({
  n: z.number().int().min(0),
  cell: z.string().nullable(),
  index: z.number().int().nullable(),
  state: ExecutionState,
  start_ms: z.number(),
  end_ms: z.number().nullable().default(null),
  count: z.number().int().nullable().default(null),
  source: z.string().optional(),
  source_cut: z.boolean().default(false),
  tags: z.array(z.string()).optional(),
  error: CellError.nullable().default(null),
});

/** A later record of the same output replaces it. */
const OutputRecord = z.object({
  n: z.number().int().min(0),
  i: z.number().int().min(0),
  kind: CellOutput.shape.kind,
  name: z.string().nullable().default(null),
  mime: z.string(),
  data: z.string().nullable().default(null),
  path: z.string().nullable().default(null),
  alternative: z.string().nullable().default(null),
  size: z.number(),
  cut: z.boolean().default(false),
});

/** What is told of notebooks while they are executed. */
export const NOTEBOOK_RECORDS = [
  z.tuple([z.literal('execution'), Milliseconds, ExecutionRecord]),
  z.tuple([z.literal('output'), Milliseconds, OutputRecord]),
] as const;
