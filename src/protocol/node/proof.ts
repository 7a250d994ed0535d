/**
 * Both ends of a local socket prove that they know the store's token before anything else is said. The frames are
 * those of the runner's socket (`docs/run-folder.md`), so that there is one such handshake in the product.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { LoopwrightError } from '../errors';

const NONCE_BYTES = 32;
const FRAME_HEADER_BYTES = 5;
const HELLO = 'h'.charCodeAt(0);
const PROOF = 'p'.charCodeAt(0);
const TIMEOUT_MS = 5000;

const proofOf = (token: string, side: 'runner' | 'client', nonce: Buffer): Buffer =>
  createHmac('sha256', token).update(side).update(nonce).digest();

function frame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt8(type, 0);
  header.writeUInt32LE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

/** The client's side. @throws LoopwrightError `engine_unavailable` if the other end does not know the token */
export async function proveAsClient(socket: Socket, token: string): Promise<void> {
  const nonce = randomBytes(NONCE_BYTES);
  socket.write(frame(HELLO, nonce));
  const answer = await readFrame(socket, HELLO, NONCE_BYTES * 2);
  if (!timingSafeEqual(answer.subarray(0, NONCE_BYTES), proofOf(token, 'runner', nonce))) throw refused();
  socket.write(frame(PROOF, proofOf(token, 'client', answer.subarray(NONCE_BYTES))));
}

/** The listening side; the connection must be dropped when this rejects. */
export async function proveAsServer(socket: Socket, token: string): Promise<void> {
  const theirs = await readFrame(socket, HELLO, NONCE_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  socket.write(frame(HELLO, Buffer.concat([proofOf(token, 'runner', theirs), nonce])));
  const proof = await readFrame(socket, PROOF, NONCE_BYTES);
  if (!timingSafeEqual(proof, proofOf(token, 'client', nonce))) throw refused();
}

const refused = () =>
  new LoopwrightError(
    'engine_unavailable',
    'The process at the other end of the socket does not know the token of this store.',
  );

/** Reads exactly one frame of a known size and leaves what follows it in the socket. */
async function readFrame(socket: Socket, type: number, size: number): Promise<Buffer> {
  const wanted = FRAME_HEADER_BYTES + size;
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const timer = setTimeout(() => {
      done(
        new LoopwrightError(
          'engine_unavailable',
          `The other end of the socket said nothing for ${String(TIMEOUT_MS / 1000)} s.`,
        ),
      );
    }, TIMEOUT_MS);
    const onReadable = () => {
      const chunk: unknown = socket.read(wanted);
      if (chunk instanceof Buffer) done(null, chunk);
    };
    const onEnd = () => {
      done(new LoopwrightError('engine_unavailable', 'The other end closed the socket.'));
    };
    const done = (error: Error | null, chunk?: Buffer) => {
      clearTimeout(timer);
      socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onEnd);
      if (chunk) resolve(chunk);
      else reject(error ?? refused());
    };
    socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', onEnd);
    onReadable();
  });
  if (bytes.readUInt8(0) !== type || bytes.readUInt32LE(1) !== size || bytes.length !== wanted) throw refused();
  return bytes.subarray(FRAME_HEADER_BYTES);
}
