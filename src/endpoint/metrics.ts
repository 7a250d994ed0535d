/**
 * What is counted, and its text for Prometheus under the names that Triton's metrics have
 * (https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md).
 */
/** Bounds of the durations that are told apart, in ms: each 41 % above the one before. From 0.06 ms to two minutes. */
export const BOUNDS_MS: readonly number[] = Array.from({ length: 43 }, (_, index) => 0.0625 * 2 ** (index / 2));

/** Of the rows of one run, as far as they are told apart. */
const BATCH_BOUNDS: readonly number[] = Array.from({ length: 11 }, (_, index) => 2 ** index);

export interface Counted {
  readonly success: number;
  readonly failure: number;
  /** Rows. */
  readonly inferences: number;
  readonly executions: number;
  readonly requestUs: number;
  readonly queueUs: number;
  readonly computeUs: number;
}

export class Metrics {
  readonly counted = {
    success: 0,
    failure: 0,
    inferences: 0,
    executions: 0,
    requestUs: 0,
    queueUs: 0,
    computeUs: 0,
  };

  /** How many took up to each bound and longer than the one before; the last, longer than all. */
  private readonly durations = new Array<number>(BOUNDS_MS.length + 1).fill(0);
  /** The same of runs and their rows. */
  private readonly batches = new Array<number>(BATCH_BOUNDS.length + 1).fill(0);

  queued(ms: number): void {
    this.counted.queueUs += Math.round(ms * 1000);
  }

  ran(rows: number, tookUs: number): void {
    this.counted.inferences += rows;
    this.counted.executions++;
    this.counted.computeUs += tookUs;
    const at = Math.min(BATCH_BOUNDS.length, Math.max(0, Math.ceil(Math.log2(rows))));
    this.batches[at] = (this.batches[at] ?? 0) + 1;
  }

  answered(isSuccess: boolean, ms: number): void {
    if (isSuccess) this.counted.success++;
    else this.counted.failure++;
    this.counted.requestUs += Math.round(ms * 1000);
    const at = Math.min(BOUNDS_MS.length, Math.max(0, Math.ceil(2 * Math.log2(ms / 0.0625))));
    this.durations[at] = (this.durations[at] ?? 0) + 1;
  }

  text(
    model: string,
    version: string,
    pending: number,
    { loaded, isStopped = false, crashes, memoryBytes }: ModelState,
  ): string {
    const { counted } = this;
    const labels = `{model="${escaped(model)}",version="${escaped(version)}"}`;
    const lines: string[] = [];
    const add = (name: string, type: string, help: string, value: number): void => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name}${labels} ${String(value)}`);
    };
    add('nv_inference_request_success', 'counter', 'Requests that were answered', counted.success);
    add('nv_inference_request_failure', 'counter', 'Requests that failed', counted.failure);
    add('nv_inference_count', 'counter', 'Rows that the model was run on', counted.inferences);
    add('nv_inference_exec_count', 'counter', 'Runs of the model', counted.executions);
    add('nv_inference_request_duration_us', 'counter', 'Time of all requests', counted.requestUs);
    add('nv_inference_queue_duration_us', 'counter', 'Time that requests waited', counted.queueUs);
    add('nv_inference_compute_infer_duration_us', 'counter', 'Time of all runs of the model', counted.computeUs);
    add('nv_inference_pending_request_count', 'gauge', 'Requests that wait or run', pending);
    add('loopwright_model_crashes', 'counter', 'How often the process that runs the model crashed', crashes);
    add('loopwright_model_ready', 'gauge', 'Whether the process that runs the model is there', loaded === null ? 0 : 1);
    add(
      'loopwright_model_unloaded',
      'gauge',
      'Whether the model was unloaded until it is wanted again',
      isStopped ? 1 : 0,
    );
    if (typeof memoryBytes === 'number')
      add('loopwright_model_memory_bytes', 'gauge', 'Memory of the process that runs the model', memoryBytes);
    const own = labels.slice(1, -1);
    lines.push(
      ...histogram('loopwright_request_duration_seconds', 'How long requests took', own, {
        counts: this.durations,
        bounds: BOUNDS_MS.map((ms) => Number((ms / 1000).toPrecision(4))),
        sum: counted.requestUs / 1e6,
      }),
      ...histogram('loopwright_batch_rows', 'Rows of one run of the model', own, {
        counts: this.batches,
        bounds: BATCH_BOUNDS,
        sum: counted.inferences,
      }),
    );
    return `${lines.join('\n')}\n`;
  }
}

interface Histogram {
  /** One more than bounds: the last has what is beyond all. */
  readonly counts: readonly number[];
  readonly bounds: readonly number[];
  readonly sum: number;
}

function histogram(name: string, help: string, labels: string, { counts, bounds, sum }: Histogram): string[] {
  let count = 0;
  const buckets = counts.map((some, index) => {
    count += some;
    return `${name}_bucket{${labels},le="${String(bounds[index] ?? '+Inf')}"} ${String(count)}`;
  });
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...buckets,
    `${name}_sum{${labels}} ${String(sum)}`,
    `${name}_count{${labels}} ${String(count)}`,
  ];
}

/** As the process that runs the model has it. */
interface ModelState {
  readonly loaded: unknown;
  /** Because somebody has unloaded it. */
  readonly isStopped?: boolean;
  readonly crashes: number;
  /** Left out or null where the system does not tell. */
  readonly memoryBytes?: number | null;
}

export const escaped = (text: string): string =>
  text.replaceAll(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`));
