/**
 * The two halves of a scoring job, each alone: `alone.mjs duckdb INPUT OUTPUT` reads all columns and writes as many as the output
 * has; `alone.mjs onnx MODEL ROWS` runs the model on made-up rows in batches of 1024. Both with one thread. Prints seconds.
 */
import process from 'node:process';
import { DuckDBInstance } from '@duckdb/node-api';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [, , what, first = '', second = ''] = process.argv;
const WIDTH = 20;
const BATCH = 1024;

async function duckdb() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const began = performance.now();
  // Every column is read: what is not written is added up.
  const sum = Array.from({ length: WIDTH }, (_, at) => `f${String(at)}`).join(' + ');
  const options = second.endsWith('.csv') ? 'FORMAT csv' : 'FORMAT parquet, COMPRESSION zstd';
  await connection.run(
    `COPY (SELECT id, f0 > 0 AS prediction, (${sum})::FLOAT AS p0, f1::FLOAT AS p1 FROM '${first}') TO '${second}' (${options})`,
  );
  return (performance.now() - began) / 1000;
}

async function onnx() {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await InferenceSession.create(first, options);
  const rows = Float32Array.from({ length: BATCH * WIDTH }, (_, at) => Math.sin(at));
  const run = () => session.run({ X: new Tensor('float32', rows, [BATCH, WIDTH]) });
  await run();
  const began = performance.now();
  for (let done = 0; done < Number(second); done += BATCH) await run();
  return (performance.now() - began) / 1000;
}

console.log(await (what === 'duckdb' ? duckdb() : onnx()));
