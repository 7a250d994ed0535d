/** Parameters, tags and points in pieces that a server takes: the limits of MLflow's `runs/log-batch`. */
import { LoopwrightError } from '../../../protocol/errors';
import { toWireNumber, type WireNumber } from '../../../protocol/entities';
import type { Pair } from '../../clients';
import { type MlflowClient, Nothing, ServerRefusal } from '../../remotes';
import type { ExportPoint } from '../source';

const PAIRS = 100;
const POINTS = 1000;

/**
 * Sends all that the server takes. One that it refuses (a parameter is given once, and values have a largest length) is
 * told, and the others go on.
 */
export async function sendPairs(
  client: MlflowClient,
  run: string,
  kind: 'params' | 'tags',
  pairs: readonly Pair[],
  problem: (text: string) => void,
): Promise<void> {
  for (let at = 0; at < pairs.length; at += PAIRS) await sendSome(pairs.slice(at, at + PAIRS));

  async function sendSome(some: readonly Pair[]): Promise<void> {
    try {
      const body = { run_id: run, [kind]: some.map(([key, value]) => ({ key, value })) };
      await client.post('runs/log-batch', body, Nothing, true);
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.code !== 'bad_request') throw error;
      const [first, second] = some;
      if (first && !second) {
        const what = kind === 'params' ? 'parameter' : 'tag';
        problem(`The ${what} ${first[0]} of run ${run} was not taken: ${LoopwrightError.from(error).message}`);
        return;
      }
      const half = Math.ceil(some.length / 2);
      await sendSome(some.slice(0, half));
      await sendSome(some.slice(half));
    }
  }
}

/**
 * Points behind those that the server has, in pieces.
 *
 * @param known how many points of a metric were sent before
 * @returns of each piece also how many points of its metrics have been sent after it
 */
export function* pieces(
  points: Iterable<ExportPoint>,
  known: ReadonlyMap<string, number>,
): Generator<{ readonly metrics: readonly WirePoint[]; readonly counts: Readonly<Record<string, number>> }> {
  const seen = new Map<string, number>();
  let metrics: WirePoint[] = [];
  let counts: Record<string, number> = {};
  for (const [key, step, timestamp, value] of points) {
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    if (count <= (known.get(key) ?? 0)) continue;
    metrics.push({ key, value: value === null ? 'NaN' : toWireNumber(value), timestamp, step });
    counts[key] = count;
    if (metrics.length < POINTS) continue;
    yield { metrics, counts };
    metrics = [];
    counts = {};
  }
  if (metrics.length > 0) yield { metrics, counts };
}

export interface WirePoint {
  readonly key: string;
  readonly value: WireNumber;
  readonly timestamp: number;
  readonly step: number;
}
