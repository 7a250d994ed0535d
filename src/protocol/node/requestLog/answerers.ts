/** Which models answered the requests of a log. Heads of blocks alone say so. */
import { blocksOf } from './blocks';
import type { LoggedColumn } from './form';
import type { Wanted } from './reader';
import { segmentsIn } from './segments';

export interface Answerer {
  readonly model: string;
  readonly version: string;
  /** Outputs of its last request. */
  readonly outputs: readonly Pick<LoggedColumn, 'name' | 'shape' | 'shapes'>[];
}

/** The newest first. @param mostBytes of the log are looked through, from its end */
export async function answerersIn(folder: string, { fromMs = 0 }: Wanted, mostBytes: number): Promise<Answerer[]> {
  const found = new Map<string, Answerer>();
  let left = mostBytes;
  for (const segment of segmentsIn(folder).toReversed()) {
    if (segment.changedMs < fromMs || left <= 0) break;
    const own = new Map<string, Answerer>();
    for await (const { head, sizeBytes } of blocksOf(segment)) {
      left -= sizeBytes;
      if (head.kind !== 'requests' || head.outputs.length === 0) continue;
      const { model, version, outputs } = head;
      own.delete(`${model}/${version}`);
      own.set(`${model}/${version}`, { model, version, outputs });
    }
    for (const [name, one] of [...own].toReversed()) if (!found.has(name)) found.set(name, one);
  }
  return [...found.values()];
}
