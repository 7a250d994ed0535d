/**
 * What an endpoint can't be faster than: `bare.mjs same ANSWER` gives the same bytes to every request, without a model;
 * `bare.mjs loop FILE` runs the model in the thread that answers, one request after the other. Prints its port.
 */
import { createServer } from 'node:http';
import process from 'node:process';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [, , kind, argument = ''] = process.argv;

/** @returns {Promise<(body: Buffer) => Promise<string> | string>} */
async function answering() {
  if (kind === 'same') return () => argument;
  const session = await InferenceSession.create(argument, { intraOpNumThreads: 1 });
  return async (body) => {
    const [{ name, shape, data }] = JSON.parse(body.toString()).inputs;
    const outputs = await session.run({ [name]: new Tensor('float32', Float32Array.from(data), shape) });
    return JSON.stringify({ outputs: session.outputNames.map((output) => Array.from(outputs[output].data, Number)) });
  };
}

const answer = await answering();
const server = createServer((request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const body = await answer(Buffer.concat(chunks));
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${String(typeof address === 'object' ? address?.port : 0)}\n`);
});
