/** A request that an endpoint answers, made from what it says that it takes. */
import * as z from 'zod';
import { type EndpointCall, type EndpointFile, urlOf } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import type { InputExample } from '../../protocol/modelCard';
import { keyOf } from '../../protocol/node/endpointKey';
import { askEndpoint } from './ask';

/** Nobody pastes more. */
const MAX_VALUES = 2_000;

export const Metadata = z.object({
  inputs: z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number().int()) })),
});
export type Input = z.infer<typeof Metadata>['inputs'][number];
export type Table = InputExample['table'];

export const modelPath = ({ name }: EndpointFile): string => `/v2/models/${name}`;
export const inferUrl = (endpoint: EndpointFile): string =>
  `${urlOf(endpoint.port, endpoint.host)}${modelPath(endpoint)}/infer`;

/** What it takes. @throws LoopwrightError `not_found` while it can't be asked */
export async function inputsOf(store: string, endpoint: EndpointFile): Promise<Input[]> {
  let told: unknown;
  try {
    told = await (await askEndpoint(store, endpoint, modelPath(endpoint))).json();
  } catch {
    throw notNow(endpoint.name);
  }
  const read = Metadata.safeParse(told);
  if (!read.success) throw notNow(endpoint.name);
  return read.data.inputs;
}

/** @throws LoopwrightError `not_found` while it can't be asked */
export async function callOf(store: string, endpoint: EndpointFile, example: Table): Promise<EndpointCall> {
  const inputs = await inputsOf(store, endpoint);
  return { url: inferUrl(endpoint), key: keyOf(store, endpoint), ...requestFor(inputs, example) };
}

const notNow = (name: string) =>
  new LoopwrightError(
    'not_found',
    `The endpoint ${name} does not answer now, so what it takes is not known. Try again.`,
  );

/** Pure. @param example as the card of a version tells it: cells as texts */
export function requestFor(ports: readonly Input[], example: Table): Pick<EndpointCall, 'body' | 'inputs'> {
  const inputs = ports.map((port) => ({ ...port, shape: port.shape.map((size) => (size < 1 ? 1 : size)) }));
  const taken = example === null ? null : fromExample(ports, example);
  const shaped = taken ?? inputs;
  if (!taken && inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0) > MAX_VALUES) return { body: null, inputs };
  const tensors = shaped.map((input) => ({ ...input, data: 'data' in input ? input.data : zerosFor(input) }));
  return { body: JSON.stringify({ inputs: tensors }), inputs };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function zerosFor({ datatype, shape }: Input): unknown[] {
  const zero = datatype === 'BYTES' ? '' : datatype === 'BOOL' ? false : 0;
  return new Array<unknown>(sizeOf(shape)).fill(zero);
}

type Filled = Input & { readonly data: readonly unknown[] };
type Cells = Input & { readonly cells: readonly (string | undefined)[] };

function fromExample(ports: readonly Input[], example: NonNullable<Table>): Filled[] | null {
  const found = exampleCells(ports, example)?.map(({ cells, ...port }) => ({
    ...port,
    data: cells.map((cell) => valueOf(cell, port.datatype)),
  }));
  return found && !found.some(({ data }) => data.includes(undefined)) ? found : null;
}

/** Its first row: all columns as one input, or each as an input of its name. Pure. @returns null where it does not fit */
export function exampleCells(ports: readonly Input[], { columns, rows }: NonNullable<Table>): Cells[] | null {
  const [row] = rows;
  const [only] = ports;
  if (!row || !only || row.length > MAX_VALUES) return null;
  const filled = (port: Input, cells: readonly (string | undefined)[]): Cells | null => {
    const { length } = cells;
    const [rows = 1, width = length] = port.shape;
    const isOfItsForm = port.shape.length === 2 && rows <= 1 && (width < 1 || width === length);
    const isOneValue = port.shape.length === 1 && rows <= 1 && length === 1;
    return isOfItsForm || isOneValue ? { ...port, shape: isOneValue ? [1] : [1, length], cells } : null;
  };
  const all =
    ports.length === 1
      ? [filled(only, row)]
      : ports.map((port) => (columns.includes(port.name) ? filled(port, [row[columns.indexOf(port.name)]]) : null));
  return all.some((one) => one === null) ? null : all.filter((one) => one !== null);
}

/** Undefined for a cell that is no value of that type. */
function valueOf(cell: string | undefined, datatype: string): string | number | boolean | undefined {
  if (cell === undefined || datatype === 'BYTES') return cell;
  if (datatype === 'BOOL') return /^(true|false)$/i.test(cell) ? cell.toLowerCase() === 'true' : undefined;
  const number = Number(cell);
  return cell.trim() === '' || !Number.isFinite(number) ? undefined : number;
}
