/** gRPC before the clients that people have (tritonclient, the stubs of TensorFlow Serving, health), and broken messages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { status } from '@grpc/grpc-js';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import type { Message } from '../../src/endpoint/grpc/message';
import * as health from '../../src/endpoint/grpc/services/health';
import * as oip from '../../src/endpoint/grpc/services/inferenceMessages';
import * as tf from '../../src/endpoint/grpc/services/tensorflowMessages';
import { GrpcClient } from '../endpoint/grpcClient';
import { RIGHT_MESSAGES } from '../endpoint/grpcRight';
import { endpoint } from '../endpoint/support';
import { bytesBroken } from '../support/broken';
import { Random } from '../support/random';
import { file, here, models, run, servingModels } from './servingModels';

servingModels();

/** Without what they depend on, which is TensorFlow itself. */
const ALONE = ['tensorflow-serving-api==2.21.0', 'tensorboard==2.21.0'];

const isMessage = (one: unknown): one is Message<unknown> => typeof one === 'object' && one !== null && 'fields' in one;
const tables = Object.fromEntries(
  [oip, tf, { q: health.HealthCheckRequest, a: health.HealthCheckResponse }]
    .flatMap((module) => Object.values<unknown>(module))
    .filter(isMessage)
    .map(({ name, fields }) => [
      name,
      Object.fromEntries(
        Object.entries(fields).map(([key, { number, type, isRepeated }]) => [key, [number, type, isRepeated]]),
      ),
    ]),
);

it('answers tritonclient and the stubs of TensorFlow Serving, whose messages ours agree with', async () => {
  const python = await ensureVenv('venv-serving-grpc', join(here, 'grpc.txt'));
  const alone = mkdtempSync(join(tmpdir(), 'lw-grpc-alone-'));
  const names = ['classes', 'every'];
  const served = await Promise.all(
    names.map(async (name) => [name, await endpoint(file(name), { name, queue: 1000 })] as const),
  );
  try {
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', alone, ...ALONE]);
    const urls = Object.fromEntries(served.map(([name, { url }]) => [name, url]));
    const args = [join(here, 'serving_grpc.py'), models, JSON.stringify(urls), JSON.stringify(tables)];
    const { stdout } = await run(python, args, { env: { ...process.env, PYTHONPATH: alone } });
    expect(stdout.trim()).toBe('all as it was sent');
  } finally {
    await Promise.all(served.map(([, one]) => one.end()));
    rmSync(alone, { recursive: true, force: true });
  }
});

const METHODS: readonly [string, ...string[]] = [
  '/inference.GRPCInferenceService/ModelInfer',
  '/tensorflow.serving.PredictionService/Predict',
  '/tensorflow.serving.PredictionService/GetModelMetadata',
  '/grpc.health.v1.Health/Check',
];

it('answers broken messages and frames with a status, and no crash', async () => {
  const random = new Random(Number(process.env.LOOPWRIGHT_SEED ?? 5));
  const served = await endpoint(file('every'));
  const client = new GrpcClient(served.url);
  const codes = new Set<status>();
  try {
    for (let done = 0; done < 10_000; done += 20)
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const refused = await client
            .refused(random.pick(METHODS), bytesBroken(random.pick(RIGHT_MESSAGES), random))
            .catch((error: unknown) => error as Error);
          if (!(refused instanceof Error)) codes.add(refused.code);
        }),
      );
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const { port } = new URL(served.url);
    await Promise.all(
      Array.from({ length: 300 }, () => {
        const frames = Buffer.from(random.hex(2 * (9 + random.below(200))), 'hex');
        if (random.isBelow(0.5)) frames.writeUIntBE(frames.length - 9, 0, 3);
        frames[3] = random.below(10);
        return new Promise((resolve) => {
          const socket = connect(Number(port), '127.0.0.1', () => socket.end(Buffer.concat([preface, frames])));
          socket.on('error', () => undefined).on('close', resolve);
          socket.resume().setTimeout(500, () => socket.destroy());
        });
      }),
    );
    expect([...codes].sort((a, b) => a - b)).toEqual([status.INVALID_ARGUMENT, status.NOT_FOUND]);
    expect(served.log()).not.toMatch(/^ {4}at /m);
    expect(await (await fetch(`${served.url}/metrics`)).text()).toMatch(/^loopwright_model_crashes{.*} 0$/m);
    await client.raw('/inference.GRPCInferenceService/ServerLive', Buffer.alloc(0));
  } finally {
    client.close();
    await served.end();
  }
});
