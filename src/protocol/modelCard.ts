/**
 * What is told of a model beside its weights: what an `MLmodel` file says, the example of its input, and which of its files is
 * the model. Bounded as an inspection is; the table of requests imports its type alone.
 */
import * as z from 'zod';

const Count = z.number().int().min(0);
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), total: Count });
const Pairs = listOf(z.object({ key: z.string(), value: z.string() }));

export const SignatureField = z.object({
  /** Empty for one that is told by its place. */
  name: z.string(),
  /** `double`, `float32 tensor (-1, 28, 28)`. */
  type: z.string(),
  isRequired: z.boolean(),
  /** As JSON; of parameters. */
  default: z.string().nullable(),
});
export type SignatureField = z.infer<typeof SignatureField>;

export const ModelSignature = z.object({
  inputs: listOf(SignatureField),
  outputs: listOf(SignatureField),
  params: listOf(SignatureField),
});
export type ModelSignature = z.infer<typeof ModelSignature>;

export const InputExample = z.object({
  /** Below the model's folder. */
  path: z.string(),
  /** Where it has rows and columns, the first of them. */
  table: z
    .object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())), rowCount: Count, columnCount: Count })
    .nullable(),
  /** What it is else, as it stands there. */
  text: z.string(),
  isCut: z.boolean(),
});
export type InputExample = z.infer<typeof InputExample>;

export const ModelCard = z.object({
  /** Whether there is an `MLmodel` file. */
  hasMlmodel: z.boolean(),
  signature: ModelSignature.nullable(),
  example: InputExample.nullable(),
  /** In which forms it can be loaded, and what belongs to each. */
  flavors: z.array(z.object({ name: z.string(), settings: Pairs })),
  /** What else the file says in plain values. */
  facts: Pairs,
  /** The file that is the model, below its folder; empty where the version is one file, null where none was found. */
  modelFile: z.string().nullable(),
  problems: z.array(z.string()),
});
export type ModelCard = z.infer<typeof ModelCard>;
