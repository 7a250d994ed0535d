/**
 * ONNX's backend node tests: a small model for each operator and each of its variants, from the `onnx` package. Each runs in the
 * process that an endpoint runs models in, and gives what Python's runtime gives, or is refused in words that say what of it
 * can't be served.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { ModelProcess } from '../../src/endpoint/modelProcess';
import { bytesOfTensor, tensorOfBytes } from '../../src/inference/bytes';
import { type Datatype, DATATYPES, type NamedTensor, type Signature } from '../../src/inference/datatype';
import { checkFeeds } from '../../src/inference/feeds';
import { ofHalf } from '../../src/inference/half';
import { repository } from '../engine/support';
import { endpoint } from '../endpoint/support';
import { here, run } from './servingModels';

/** A tensor as the script has written it; null for what has no bytes. */
interface Written {
  readonly name: string;
  readonly datatype: Datatype | null;
  readonly shape: readonly number[];
  readonly at: number;
  readonly bytes: number;
}
interface Case {
  readonly name: string;
  readonly model: string;
  readonly operators: readonly string[];
  readonly inputs: readonly Written[];
  /** What Python's runtime gives. */
  readonly outputs: readonly Written[];
  /** Of inputs and outputs: `FP32`, `bfloat16`, `sequence`. */
  readonly types: Readonly<Record<string, string>>;
  /** Why Python's runtime does not run it. */
  readonly refused: string | null;
}

const RELATIVE = 1e-5;
/** Part of a name, to look at few. */
const ONLY = process.env.LOOPWRIGHT_BACKEND_TESTS ?? '';
/** How many are served whole. */
const ENDPOINTS = 40;
/** Each is a process. */
const AT_ONCE = 2;
const folder = mkdtempSync(join(tmpdir(), 'lw-backend-'));
let cases: readonly Case[] = [];
beforeAll(async () => {
  const python = await ensureVenv('venv-backend', join(here, 'backend.txt'));
  await run(python, [join(here, 'backend_cases.py'), folder]);
  const told = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as {
    onnx: string;
    runtime: string;
    cases: Case[];
  };
  ({ cases } = told);
  const own = JSON.parse(readFileSync(join(repository, 'node_modules/onnxruntime-node/package.json'), 'utf8')) as {
    version: string;
  };
  // Of two versions one may know an operator that the other does not.
  expect(own.version).toBe(told.runtime);
  process.stdout.write(`onnx ${told.onnx}, onnxruntime ${told.runtime}: ${String(cases.length)} models\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('of ONNX give what they give in Python, or are refused by name', async () => {
  const wrong: string[] = [];
  const counts = new Map<string, number>();
  const left = cases.filter(({ name }) => name.includes(ONLY));
  const work = async (): Promise<void> => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      try {
        const reason = await judged(one);
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      } catch (error) {
        wrong.push(`${one.name}: ${error instanceof Error ? error.message : String(error)}`);
        process.stdout.write(`${wrong.at(-1) ?? ''}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const lines = [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${String(count)} ${reason}`);
  process.stdout.write(`${lines.join('\n')}\n${String(wrong.length)} wrong\n`);
  expect(wrong.sort()).toEqual([]);
  expect(cases.length).toBeGreaterThan(1500);
}, 1_800_000);

/** Why it is right: it is the same, or it is refused. @throws Error that says what is wrong */
async function judged(one: Case): Promise<string> {
  const values = readFileSync(join(folder, `${one.name}.bin`));
  const model = new ModelProcess(
    { program: join(repository, 'dist/model.js'), file: one.model, threads: 1, batchRows: 1 },
    () => undefined,
    () => undefined,
  );
  let stage = 'when it is loaded';
  try {
    const { signature } = await model.start();
    stage = 'when it is run';
    const feeds = one.inputs.map((input) => tensorOf(input, values));
    checkFeeds(feeds, signature);
    const { outputs } = await model.run(feeds);
    return compared(one, signature, outputs, values);
  } catch (error) {
    if (model.crashes > 0) throw new Error('its process crashed', { cause: error });
    if (error instanceof Wrong) throw error;
    return `refused ${stage}: ${refusalOf(one, error instanceof Error ? error.message : String(error))}`;
  } finally {
    model.end();
  }
}

class Wrong extends Error {}

function tensorOf({ name, datatype, shape, at, bytes }: Written, values: Buffer): NamedTensor {
  if (datatype === null) throw new Wrong(`the input ${name} has no bytes, and the model was loaded`);
  return { name, ...tensorOfBytes(datatype, shape, values.subarray(at, at + bytes), name) };
}

/** As messages have them. */
const WORDS: Readonly<Record<string, string>> = { sequence: 'a sequence', map: 'a map', optional: 'an optional value' };

/** @throws Wrong where it was not what it should be that was refused, or where that is not told */
function refusalOf({ types, inputs, operators, refused }: Case, message: string): string {
  const isUnserved = ([, type]: readonly [string, string]): boolean => !Object.hasOwn(DATATYPES, type);
  const unserved = Object.entries(types).filter(isUnserved);
  const told = unserved.find(([name, type]) => message.includes(name) && message.includes(WORDS[type] ?? type));
  if (told) {
    const [name, type] = told;
    return `its ${inputs.some((input) => input.name === name) ? 'input' : 'output'} is ${type}`;
  }
  if (refused === null) throw new Wrong(`refused, and Python runs it: ${message} (${JSON.stringify(types)})`);
  // Of an operator that is made of others, one of those may be what is not there.
  const made = [...refused.matchAll(/\bfor (\w+)\(\d+\)/g)].flatMap(([, word]) => word ?? []);
  const operator = [...operators, ...made].find((word) => message.toLowerCase().includes(word.toLowerCase()));
  if (operator === undefined) throw new Wrong(`no operator is told: ${message} (${String(operators)})`);
  return `Python's runtime refuses it as well, and so it is told: ${operator}`;
}

/** @throws Wrong for what is not the same */
function compared(one: Case, signature: Signature, given: readonly NamedTensor[], values: Buffer): string {
  if (one.refused !== null) throw new Wrong(`run, and Python refuses it: ${one.refused}`);
  const untold = new Set(signature.unreadable.map(({ name }) => name));
  let isExact = true;
  for (const { name, datatype, shape, at, bytes } of one.outputs) {
    const output = given.find((tensor) => tensor.name === name);
    if (untold.has(name) && datatype === null) continue;
    if (output?.datatype !== datatype || output.shape.join() !== shape.join())
      throw new Wrong(
        `${name} is ${String(output?.datatype)} [${String(output?.shape)}], not ${String(datatype)} [${String(shape)}]`,
      );
    const expected = values.subarray(at, at + bytes);
    if (bytesOfTensor(output).equals(expected)) continue;
    isExact = false;
    requireClose(output, tensorOfBytes(output.datatype, shape, expected, name));
  }
  const left = untold.size > 0 ? ', without outputs that are no tensors of a type that is served' : '';
  return `the same${isExact ? ' to the bit' : ' to 1e-5'}${left}`;
}

function requireClose({ name, datatype, data }: NamedTensor, expected: { readonly data: NamedTensor['data'] }): void {
  const isFloat = datatype === 'FP16' || datatype === 'FP32' || datatype === 'FP64';
  for (let at = 0; at < data.length; at++) {
    const [left, right] = [data[at], expected.data[at]];
    if (left === right) continue;
    if (isFloat) {
      const [a, b] =
        datatype === 'FP16' ? [ofHalf(Number(left)), ofHalf(Number(right))] : [Number(left), Number(right)];
      if (Number.isNaN(a) && Number.isNaN(b)) continue;
      if (Math.abs(a - b) <= RELATIVE * Math.max(Math.abs(a), Math.abs(b))) continue;
    }
    throw new Wrong(`value ${String(at)} of ${name} is ${String(left)}, not ${String(right)}`);
  }
}

it('of ONNX are answered by whole endpoints, by the Open Inference Protocol', async () => {
  const served = cases.filter(
    ({ inputs, outputs, refused }) =>
      refused === null && inputs.length > 0 && [...inputs, ...outputs].every(({ datatype }) => datatype !== null),
  );
  // Far apart in the alphabet: of many operators.
  const chosen = Array.from({ length: ENDPOINTS }, (_, at) => served[Math.floor((at * served.length) / ENDPOINTS)]);
  for (const one of chosen) if (one) expect(await answered(one), one.name).toMatch(/^the same/);
}, 1_200_000);

async function answered(one: Case): Promise<string> {
  const values = readFileSync(join(folder, `${one.name}.bin`));
  const served = await endpoint(one.model);
  try {
    const inputs = one.inputs.map(({ name, datatype, shape, bytes }) => ({
      ...{ name, datatype, shape, parameters: { binary_data_size: bytes } },
    }));
    const head = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }));
    const parts = one.inputs.map(({ at, bytes }) => values.subarray(at, at + bytes));
    const answer = await fetch(`${served.url}/v2/models/model/infer`, {
      method: 'POST',
      headers: { 'Inference-Header-Content-Length': String(head.length) },
      body: Buffer.concat([head, ...parts]),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 200) return body.toString();
    const length = Number(answer.headers.get('inference-header-content-length'));
    const told = JSON.parse(body.toString('utf8', 0, length)) as {
      outputs: { name: string; datatype: Datatype; shape: number[]; parameters: { binary_data_size: number } }[];
    };
    let at = length;
    const outputs = told.outputs.map(({ name, datatype, shape, parameters: { binary_data_size: size } }) => {
      at += size;
      return { name, ...tensorOfBytes(datatype, shape, body.subarray(at - size, at), name) };
    });
    return compared(one, { inputs: [], outputs: [], unreadable: [], labels: {} }, outputs, values);
  } finally {
    await served.end();
  }
}
