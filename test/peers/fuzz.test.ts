/**
 * 100,000 broken requests over all protocols of HTTP, several connections at once, and some thousand over gRPC beside them, to
 * one endpoint that remembers its requests. LOOPWRIGHT_FUZZ_REQUESTS changes how many, LOOPWRIGHT_SEED which.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { status as grpcStatus } from '@grpc/grpc-js';
import { parseJson } from '../../src/inference/json';
import { memoryOf } from '../../src/endpoint/memory';
import { DEFAULT_LOG } from '../../src/protocol/endpoints';
import { type Broken, written } from '../endpoint/brokenRequest';
import { wrongInFailure } from '../endpoint/errorForm';
import { every, RIGHT, type Right } from '../endpoint/every';
import { GrpcClient } from '../endpoint/grpcClient';
import { RIGHT_MESSAGES } from '../endpoint/grpcRight';
import { endpoint, type Running } from '../endpoint/support';
import { bytesBroken } from '../support/broken';
import { Random } from '../support/random';
import { Wire, type WireAnswer } from '../support/wire';

const SEED = Number(process.env.LOOPWRIGHT_SEED ?? 5);
const COUNT = Number(process.env.LOOPWRIGHT_FUZZ_REQUESTS ?? 100_000);
const GRPC_COUNT = Math.ceil(COUNT / 20);
const CONNECTIONS = 12;
/** Bombs that inflate at once take longest. */
const LIMIT_MS = 45_000;
const MAX_WRONG = 20;
/** Of the endpoint and of the model's process each, from when a fifth is done to the end. */
const MAX_GROWTH_BYTES = 160 * 1024 * 1024;
/** What is answered here, and is no fault of the endpoint: that it does not do something. */
const TOLD_BEFORE = new Set([501]);

it(`are each answered in the form of the protocol, or closed (seed ${String(SEED)})`, async () => {
  const store = mkdtempSync(join(tmpdir(), 'lw-fuzz-'));
  const file = join(store, 'every.onnx');
  writeFileSync(file, every());
  const served = await endpoint(file, { store, digest: 'd', requestLog: DEFAULT_LOG, queue: 1000 });
  try {
    const before = processes(served);
    await requireRight(served);
    const statuses = new Map<number, number>();
    const random = new Random(SEED);
    const wrong: string[] = [];
    await sendAll(served, random, COUNT / 5, statuses, wrong);
    const early = before.map((pid) => memoryOf(pid) ?? 0);
    const [codes] = await Promise.all([
      overGrpc(served, new Random(SEED + 1)),
      sendAll(served, random, (COUNT * 4) / 5, statuses, wrong),
    ]);
    expect(wrong).toEqual([]);
    await requireRight(served);
    const late = before.map((pid) => memoryOf(pid) ?? 0);
    process.stdout.write(
      `${JSON.stringify([...statuses].sort(([a], [b]) => a - b))} gRPC ${JSON.stringify(codes)} ` +
        `MB ${JSON.stringify([early, late].map((sizes) => sizes.map((size) => Math.round(size / 1024 / 1024))))}\n`,
    );
    expect(processes(served)).toEqual(before);
    expect(await (await fetch(`${served.url}/metrics`)).text()).toMatch(/^loopwright_model_crashes{.*} 0$/m);
    expect(served.log()).not.toMatch(/^ {4}at /m);
    for (const status of [200, 400, 403, 404, 405, 415]) expect(statuses.has(status), String(status)).toBe(true);
    expect(statuses.get(200) ?? 0).toBeGreaterThan(COUNT / 4);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(COUNT / 8);
    for (const code of [grpcStatus.INTERNAL, grpcStatus.UNKNOWN, grpcStatus.DEADLINE_EXCEEDED, grpcStatus.UNAVAILABLE])
      expect(codes).not.toContain(code);
    expect(codes).toContain(grpcStatus.INVALID_ARGUMENT);
    for (const [at, size] of late.entries()) expect(size - (early[at] ?? 0)).toBeLessThan(MAX_GROWTH_BYTES);
  } finally {
    await served.end();
    rmSync(store, { recursive: true, force: true });
  }
}, 1_800_000);

/** Of the endpoint and of its model. */
function processes({ process: { pid = 0 } }: Running): number[] {
  const children = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return [pid, ...children.trim().split('\n').map(Number)];
}

/** All that is right is answered as it should be. */
async function requireRight({ url }: Running): Promise<void> {
  const { host, port } = new URL(url);
  for (const right of RIGHT) {
    const wire = new Wire(Number(port));
    wire.send(written(right, host).bytes);
    const answer = await wire.answer(right.method !== 'HEAD', LIMIT_MS);
    wire.close();
    const told = `${right.method} ${right.path} ${String(answer?.body).slice(0, 500)}`;
    expect(answer?.status, told).toBe(200);
    if (right.told !== undefined) expect(JSON.parse(String(answer?.body)), told).toMatchObject(right.told as object);
  }
}

/** Over some connections that are kept as long as they last. */
async function sendAll(
  { url }: Running,
  random: Random,
  count: number,
  statuses: Map<number, number>,
  wrong: string[],
): Promise<void> {
  const { host, port } = new URL(url);
  let left = count;
  const work = async (): Promise<void> => {
    let wire = new Wire(Number(port));
    while (left-- > 0 && wrong.length < MAX_WRONG) {
      const right: Right = random.pick(RIGHT);
      const broken = written(right, host, random.below(4), random);
      if (!wire.isOpen) {
        wire.close();
        wire = new Wire(Number(port));
      }
      // What follows a request whose length is wrong would be read as part of it.
      wire.send(broken.bytes, broken.isRaw);
      let why: string | null;
      let answer: WireAnswer | null = null;
      try {
        answer = await wire.answer(broken.method !== 'HEAD', LIMIT_MS);
        why = wrongIn(broken, answer);
      } catch (error) {
        why = String(error);
      }
      if (why !== null) {
        wrong.push(`${wordsOf(broken)} -> ${String(answer?.status)} ${String(answer?.body).slice(0, 500)}: ${why}`);
        process.stdout.write(`${wrong.at(-1) ?? ''}\n`);
      }
      const status = answer?.status ?? 0;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (broken.isRaw || answer?.headers.connection !== 'keep-alive') {
        wire.close();
        wire = new Wire(Number(port));
      }
    }
    wire.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

const wordsOf = ({ bytes }: Broken): string =>
  `seed ${String(SEED)}: ${JSON.stringify(bytes.toString('latin1').slice(0, 700))}`;

/** Null for what a request may be answered with. */
function wrongIn({ method, path, bytes, isRaw }: Broken, answer: WireAnswer | null): string | null {
  if (answer === null) return isRaw ? null : 'the connection was closed';
  const { status, headers, body } = answer;
  if (Number.isNaN(status) || (status >= 500 && !TOLD_BEFORE.has(status))) return 'this should not be';
  // What HTTP's own reader refuses is no request of any protocol yet.
  if (isRaw && body.length === 0 && headers.connection === 'close' && status >= 400) return null;
  if (method === 'HEAD') return body.length === 0 ? null : 'an answer to HEAD has no body';
  if (status >= 400) return wrongInFailure(path, answer) ?? (isRaw ? null : withoutId(path, bytes, answer));
  return status === 200 ? wrongInAnswer(path, answer) : 'it is neither answered nor refused';
}

/** Azure's server sends the ids of a request back, or one of its own; 431 is told before it is known whose it is. */
function withoutId(path: string, bytes: Buffer, { status, headers }: WireAnswer): string | null {
  if (!/^\/score($|\?)/.test(path) || status === 431) return null;
  const wasSent = /^x-(ms-)?request-id:/im.test(bytes.toString('latin1'));
  return wasSent || headers['x-ms-request-id'] !== undefined ? null : 'has no id';
}

/** What is JSON is read as Python has it, with Infinity. */
function wrongInAnswer(path: string, { headers, body }: WireAnswer): string | null {
  // MLflow's server calls a line of text JSON there, and so does this one.
  if (/^\/(health|version)($|\?)/.test(path)) return null;
  if (!(headers['content-type'] ?? '').startsWith('application/json')) return null;
  const given = parseJson(body.toString(), { exactIntegers: false });
  const key = path.startsWith('/invocations') ? 'predictions' : /\/infer($|\?)/.test(path) ? 'outputs' : null;
  return key === null || (typeof given === 'object' && given !== null && key in given) ? null : `has no ${key}`;
}

const METHODS: readonly [string, ...string[]] = [
  '/inference.GRPCInferenceService/ModelInfer',
  '/inference.GRPCInferenceService/ModelMetadata',
  '/inference.GRPCInferenceService/RepositoryIndex',
  '/tensorflow.serving.PredictionService/Predict',
  '/tensorflow.serving.PredictionService/GetModelMetadata',
  '/tensorflow.serving.ModelService/GetModelStatus',
  '/grpc.health.v1.Health/Check',
  '/inference.GRPCInferenceService/ModelStatistics',
];

/** @returns the statuses that were seen */
async function overGrpc({ url }: Running, random: Random): Promise<number[]> {
  const client = new GrpcClient(url);
  const codes = new Set<number>();
  try {
    for (let done = 0; done < GRPC_COUNT; done += 10)
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const bytes = bytesBroken(random.pick(RIGHT_MESSAGES), random);
          const path = random.pick(METHODS);
          const answer = client.raw(path, bytes, { deadline: Date.now() + LIMIT_MS });
          const code = await answer.then(
            () => grpcStatus.OK,
            (error: unknown) => (error as { code: grpcStatus }).code,
          );
          codes.add(code);
        }),
      );
  } finally {
    client.close();
  }
  return [...codes].sort((a, b) => a - b);
}
