/** JSON Schema (2020-12, as OpenAPI 3.1 has it) of what a model takes and gives. */
import type { Datatype, Port } from '../inference/datatype';

export type Schema = Readonly<Record<string, unknown>>;

export const object = (properties: Readonly<Record<string, Schema>>, required = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
});
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const oneOf = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });
export const TEXT: Schema = { type: 'string' };

const whole = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });
/** `null` is NaN. */
const NUMBER: Schema = { type: ['number', 'null'] };

const VALUES: Readonly<Record<Datatype, Schema>> = {
  BOOL: { type: 'boolean' },
  UINT8: whole(0, 255),
  UINT16: whole(0, 65_535),
  UINT32: whole(0, 4_294_967_295),
  UINT64: { type: 'integer', format: 'uint64', minimum: 0 },
  INT8: whole(-128, 127),
  INT16: whole(-32_768, 32_767),
  INT32: whole(-2_147_483_648, 2_147_483_647),
  INT64: { type: 'integer', format: 'int64' },
  FP16: NUMBER,
  FP32: { ...NUMBER, format: 'float' },
  FP64: { ...NUMBER, format: 'double' },
  BYTES: TEXT,
};

/** Lists in lists. Of a port without a shape nothing is known. */
export function tensor({ datatype, shape }: Port): Schema {
  if (shape.length === 0) return {};
  return nested(VALUES[datatype], shape);
}

/** What it has for one row. */
export const row = ({ datatype, shape }: Port): Schema =>
  shape.length === 0 ? {} : nested(VALUES[datatype], shape.slice(1));

const nested = (value: Schema, shape: readonly (number | string)[]): Schema =>
  shape.reduceRight<Schema>(
    (items, size) => ({ ...list(items), ...(typeof size === 'number' ? { minItems: size, maxItems: size } : {}) }),
    value,
  );

/** An object with something for each. */
export const named = (ports: readonly Port[], schema: (port: Port) => Schema): Schema =>
  object(Object.fromEntries(ports.map((port) => [port.name, schema(port)])));

/** Of a single one its own, of several an object. */
export function soleOrNamed(ports: readonly Port[], schema: (port: Port) => Schema): Schema {
  const [only, ...others] = ports;
  return only && others.length === 0 ? schema(only) : named(ports, schema);
}

/** What is taken as tensors: by name, or a single one itself. */
export function tensors(inputs: readonly Port[]): Schema {
  const [only, ...others] = inputs;
  const all = named(inputs, tensor);
  return only && others.length === 0 ? oneOf(tensor(only), all) : all;
}

/** What is taken as rows: values by the names of inputs; of a single input its values or columns, of several a list of theirs. */
export function rows(inputs: readonly Port[]): Schema {
  const [only, ...others] = inputs;
  const all = named(inputs, row);
  if (!only || others.length > 0) return list(oneOf(all, { type: 'array' }));
  const isColumn = only.shape.length === 2 && only.shape[1] === 1;
  return list(oneOf(row(only), ...(isColumn ? [VALUES[only.datatype]] : []), all, { type: 'object' }));
}

/** A table in pandas' form `split`. */
export const SPLIT: Schema = object({ columns: list(TEXT), index: { type: 'array' }, data: list({ type: 'array' }) }, [
  'data',
]);
