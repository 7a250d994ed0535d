/** A thread that hashes one file after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { LoopwrightError } from '../../protocol/errors';
import { digestFile } from './fileDigest';
import type { HashCall, HashReply } from './hashers';
import { ObjectStore } from './objectStore';

if (!parentPort) throw new LoopwrightError('internal', 'The hasher runs as a worker only.');
const port = parentPort;
const objects = new ObjectStore((workerData as { store: string }).store);

port.on('message', ({ id, task, known }: HashCall) => {
  port.postMessage({ id, digest: digestFile(task, objects, known) } satisfies HashReply);
});
