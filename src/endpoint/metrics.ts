/**
 * What is counted, and its text for Prometheus under the names that Triton's metrics have
 * (https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md).
 */
/** Bounds of the durations that are told apart, in ms: each 41 % above the one before. From 0.06 ms to two minutes. */
export const BOUNDS_MS: readonly number[] = Array.from({ length: 43 }, (_, index) => 0.0625 * 2 ** (index / 2));

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

  queued(ms: number): void {
    this.counted.queueUs += Math.round(ms * 1000);
  }

  ran(rows: number, tookUs: number): void {
    this.counted.inferences += rows;
    this.counted.executions++;
    this.counted.computeUs += tookUs;
  }

  answered(isSuccess: boolean, ms: number): void {
    if (isSuccess) this.counted.success++;
    else this.counted.failure++;
    this.counted.requestUs += Math.round(ms * 1000);
    const at = Math.min(BOUNDS_MS.length, Math.max(0, Math.ceil(2 * Math.log2(ms / 0.0625))));
    this.durations[at] = (this.durations[at] ?? 0) + 1;
  }

  text(model: string, version: string, pending: number, { loaded, crashes }: ModelState): string {
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
    lines.push(...this.histogram(labels.slice(1, -1)));
    return `${lines.join('\n')}\n`;
  }

  private histogram(labels: string): string[] {
    const name = 'loopwright_request_duration_seconds';
    let count = 0;
    const buckets = this.durations.map((some, index) => {
      count += some;
      const bound = BOUNDS_MS[index];
      const le = bound === undefined ? '+Inf' : String(Number((bound / 1000).toPrecision(4)));
      return `${name}_bucket{${labels},le="${le}"} ${String(count)}`;
    });
    const sum = String(this.counted.requestUs / 1e6);
    return [
      `# HELP ${name} How long requests took`,
      `# TYPE ${name} histogram`,
      ...buckets,
      `${name}_sum{${labels}} ${sum}`,
      `${name}_count{${labels}} ${String(count)}`,
    ];
  }
}

/** As the process that runs the model has it. */
interface ModelState {
  readonly loaded: unknown;
  readonly crashes: number;
}

export const escaped = (text: string): string =>
  text.replaceAll(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`));
