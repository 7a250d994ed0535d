/** A request in each protocol: how it is sent, and what its answer says. */
import * as z from 'zod';
import * as oip from '../../../src/endpoint/grpc/services/inferenceMessages';
import { GrpcClient } from '../../endpoint/grpcClient';
import { MODEL, type Protocol, wrongOf } from './asked';
import { HttpConnection } from './http';

type Rows = readonly (readonly number[])[];

/** Asks, and says why the answer is wrong; null for one that is right. @throws Error for what is not answered */
export type Ask = (id: string, rows: Rows) => Promise<string | null>;

const Tensors = z.object({
  id: z.string(),
  outputs: z.tuple([z.object({ data: z.array(z.number()) }), z.object({ data: z.array(z.number()) })]),
});
const BinaryTensors = z.object({ id: z.string() });
const Lists = z.object({
  predictions: z.object({ label: z.array(z.number()), probability: z.array(z.array(z.number())) }),
});
const Records = z.object({
  predictions: z.array(z.object({ label: z.number(), probability: z.array(z.number()) })),
});

const bytesOf = (rows: Rows): Buffer => Buffer.from(Float32Array.from(rows.flat()).buffer);
const inThrees = (values: readonly number[]): number[][] =>
  Array.from({ length: values.length / 3 }, (_, at) => values.slice(3 * at, 3 * at + 3));
const input = (rows: Rows) => ({ name: 'x', shape: [rows.length, 3], datatype: 'FP32' });

/** Labels, which are 8 bytes each, and behind them probabilities. */
function wrongBytes(rows: Rows, labels: Buffer, probabilities: Buffer): string | null {
  const told = Array.from({ length: labels.length / 8 }, (_, at) => Number(labels.readBigInt64LE(8 * at)));
  const values = Array.from({ length: probabilities.length / 4 }, (_, at) => probabilities.readFloatLE(4 * at));
  return wrongOf(rows, told, inThrees(values));
}

export function askIn(protocol: Protocol, url: string): { readonly ask: Ask; readonly close: () => void } {
  if (protocol === 'grpc') {
    const client = new GrpcClient(url);
    return { ask: (id, rows) => call(client, id, rows), close: () => client.close() };
  }
  const connection = new HttpConnection(url);
  const post = async (path: string, id: string, body: Buffer | string, headers: Record<string, string> = {}) => {
    const { status, head, body: told } = await connection.post(path, body, { 'X-Request-Id': id, ...headers });
    if (status !== 200) throw new Error(`${String(status)}: ${told.toString()}`);
    if (!head.includes(`: ${id}\r\n`)) throw new Error(`the id was not told: ${head}`);
    return { head, told };
  };
  const asks: Readonly<Record<Exclude<Protocol, 'grpc'>, Ask>> = {
    oip: async (id, rows) => {
      const body = JSON.stringify({ id, inputs: [{ ...input(rows), data: rows.flat() }] });
      const { told } = await post(`/v2/models/${MODEL}/infer`, id, body);
      const { id: same, outputs } = Tensors.parse(JSON.parse(told.toString()));
      const [label, probability] = outputs;
      return same === id ? wrongOf(rows, label.data, inThrees(probability.data)) : `the id of another: ${same}`;
    },
    'oip-binary': async (id, rows) => {
      const bytes = bytesOf(rows);
      const tensor = { ...input(rows), parameters: { binary_data_size: bytes.length } };
      const json = Buffer.from(JSON.stringify({ id, inputs: [tensor], parameters: { binary_data_output: true } }));
      const headers = { 'Inference-Header-Content-Length': String(json.length) };
      const { head, told } = await post(`/v2/models/${MODEL}/infer`, id, Buffer.concat([json, bytes]), headers);
      const length = Number(/\r\ninference-header-content-length: (\d+)/i.exec(head)?.[1]);
      const { id: same } = BinaryTensors.parse(JSON.parse(told.toString('utf8', 0, length)));
      const from = length + 8 * rows.length;
      return same === id
        ? wrongBytes(rows, told.subarray(length, from), told.subarray(from))
        : `the id of another: ${same}`;
    },
    mlflow: async (id, rows) => {
      const { told } = await post('/invocations', id, JSON.stringify({ inputs: rows }));
      const { predictions } = Lists.parse(JSON.parse(told.toString()));
      return wrongOf(rows, predictions.label, predictions.probability);
    },
    'kserve-v1': async (id, rows) => {
      const { told } = await post(`/v1/models/${MODEL}:predict`, id, JSON.stringify({ instances: rows }));
      const { predictions } = Records.parse(JSON.parse(told.toString()));
      return wrongOf(
        rows,
        predictions.map(({ label }) => label),
        predictions.map(({ probability }) => probability),
      );
    },
  };
  return { ask: asks[protocol], close: () => connection.close() };
}

async function call(client: GrpcClient, id: string, rows: Rows): Promise<string | null> {
  const { name, shape, datatype } = input(rows);
  const told = await client.ask(
    '/inference.GRPCInferenceService/ModelInfer',
    oip.ModelInferRequest,
    oip.ModelInferResponse,
    {
      ...{ model_name: MODEL, id },
      inputs: [oip.InferInputTensor.of({ name, datatype, shape: BigInt64Array.from(shape, BigInt) })],
      raw_input_contents: [bytesOf(rows)],
    },
  );
  const [labels, probabilities] = told.raw_output_contents;
  if (told.id !== id) return `the id of another: ${told.id}`;
  return labels && probabilities ? wrongBytes(rows, labels, probabilities) : 'there are no outputs';
}
