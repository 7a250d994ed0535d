/** Asking a run to end: through its runner where that lives, else by signals to the script itself. */
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopwrightError } from '../../protocol/errors';
import { addressesOf, tokenOf } from '../../protocol/node/addresses';
import { bootId, isAlive } from '../../protocol/node/processes';
import { proveAsClient } from '../../protocol/node/proof';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { readSpecOf } from './files';
import { START_GRACE_MS } from './outcome';
import { readRunner } from './runFiles';

const SIGNAL_FRAME = 's'.charCodeAt(0);
/** The runner's own escalation, for a script whose runner was killed. */
const ESCALATION = [
  { signal: 'SIGINT', patienceMs: 10_000 },
  { signal: 'SIGTERM', patienceMs: 5_000 },
  { signal: 'SIGKILL', patienceMs: 0 },
] as const;

/** A runner that has only just been started has no socket yet. */
const LOOK_AGAIN_MS = 100;

/**
 * Resolves once the request has been handed over; the run's state tells when it took effect. A run that is being started
 * is waited for.
 *
 * @throws LoopwrightError `run_over` if there is nothing left to stop, `bad_request` if it runs on another machine
 */
export async function stopRun(paths: StorePaths, runId: string): Promise<void> {
  const folder = paths.runFolder(runId);
  const spec = readSpecOf(folder);
  if (spec.host !== hostname())
    throw new LoopwrightError('bad_request', `This run belongs to ${spec.host}: stop it there.`);
  const addresses = addressesOf(paths.root);
  const ask = () => askRunner(addresses.runSocket(runId), tokenOf(addresses));
  let state = readRunner(folder);
  while (!state || state.state === 'starting') {
    if (Date.now() - spec.created_ms > START_GRACE_MS) break;
    if (state && (await ask())) return;
    await sleep(LOOK_AGAIN_MS);
    state = readRunner(folder);
  }
  if (!state || state.state === 'exited' || state.state === 'failed_to_start')
    throw new LoopwrightError('run_over', 'This run is over already.');
  if (await ask()) return;
  const { child } = state;
  const boot = bootId();
  if (!child || !isAlive(child, state.boot_id, boot))
    throw new LoopwrightError('run_over', 'The processes of this run are gone already.');
  void (async () => {
    for (const { signal, patienceMs } of ESCALATION) {
      if (!isAlive(child, state.boot_id, boot)) return;
      process.kill(child.pid, signal);
      const until = Date.now() + patienceMs;
      while (Date.now() < until && isAlive(child, state.boot_id, boot)) await sleep(100);
    }
  })();
}

function askRunner(socketPath: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.on('error', () => {
      resolve(false);
    });
    socket.on('connect', () => {
      const payload = Buffer.from('stop');
      const frame = Buffer.alloc(5 + payload.length);
      frame.writeUInt8(SIGNAL_FRAME, 0);
      frame.writeUInt32LE(payload.length, 1);
      payload.copy(frame, 5);
      proveAsClient(socket, token).then(
        () => {
          socket.end(frame, () => {
            resolve(true);
          });
        },
        () => {
          socket.destroy();
          resolve(false);
        },
      );
    });
  });
}
