/** Memory over the time of a soak: that of the endpoint, and that of the process that runs its model. */
import { readFileSync } from 'node:fs';
import { memoryOf } from '../../../src/endpoint/memory';

const MB = 1024 * 1024;
/** Shorter than that, what is set up and compiled in the first minutes is still in what is compared. */
export const JUDGED_FROM_MINUTES = 4;

export const PROCESSES = ['endpoint', 'model'] as const;
export type Watched = (typeof PROCESSES)[number];

export class Memory {
  private readonly samples: Record<Watched, number[]> = { endpoint: [], model: [] };

  constructor(private readonly pid: number) {}

  sample(): void {
    for (const [name, pid] of [['endpoint', this.pid] as const, ['model', childOf(this.pid)] as const]) {
      const bytes = pid === null ? null : memoryOf(pid);
      if (bytes !== null) this.samples[name].push(bytes / MB);
    }
  }

  last(of: Watched): number {
    return this.samples[of].at(-1) ?? NaN;
  }

  most(of: Watched): number {
    return Math.max(...this.samples[of]);
  }

  /** Medians of the second and the last third of the time. */
  thirds(of: Watched): { readonly second: number; readonly last: number } {
    const all = this.samples[of];
    const third = Math.floor(all.length / 3);
    return { second: median(all.slice(third, 2 * third)), last: median(all.slice(2 * third)) };
  }
}

/** Null where there is none, or the system does not tell. */
function childOf(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim()) || null;
  } catch {
    return null; // no Linux, or gone
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
