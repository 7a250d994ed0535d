/** A run's recorded output, piece by piece, to stdout. */
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineConnection } from '../client/connection';
import type { RunRow } from '../protocol/entities';
import { isOver } from './lookup';
import type { Output } from './output';

const LOOK_AGAIN_MS = 150;

/**
 * The bytes as they are; with `--json` one document whose `output` is their text.
 *
 * @param follow go on until the run is over
 */
export async function writeOutput(output: Output, connection: EngineConnection, run: RunRow, follow: boolean) {
  const { runId } = run;
  const write = output.isJson ? textWriter(output, runId) : bytesWriter(output);
  let offset = 0;
  for (let mayGrow = follow; ;) {
    // Asked before reading: what was written before the end is then read.
    if (mayGrow) mayGrow = !isOver((await connection.request('runs/get', { runId })).run);
    for (;;) {
      const piece = await connection.request('runs/output', { runId, offset });
      const bytes = Buffer.from(piece.base64, 'base64');
      if (bytes.length === 0) break;
      write.piece(bytes);
      offset = piece.offset + bytes.length;
    }
    if (!mayGrow) break;
    await sleep(LOOK_AGAIN_MS);
  }
  write.end(offset);
}

interface PieceWriter {
  piece(bytes: Buffer): void;
  end(sizeBytes: number): void;
}

const bytesWriter = (output: Output): PieceWriter => ({
  piece: (bytes) => output.raw(bytes),
  end: () => undefined,
});

function textWriter(output: Output, runId: string): PieceWriter {
  const decoder = new StringDecoder('utf8');
  const inner = (text: string) => JSON.stringify(text).slice(1, -1);
  output.raw(`{"run_id":${JSON.stringify(runId)},"output":"`);
  return {
    piece: (bytes) => output.raw(inner(decoder.write(bytes))),
    end: (sizeBytes) => output.raw(`${inner(decoder.end())}","size":${String(sizeBytes)}}\n`),
  };
}
