/**
 * The points of metrics in columns, as they were written. A reader keeps those that it read last: points are only ever
 * added, so that a chart of a run that goes on costs what is new, and the next average or zoom costs no reading.
 */

/** What `points` has behind an ordinal, in the order of ordinals. */
export type ReadPoints = (
  metricId: number,
  from: number,
) => Iterable<[step: number, loggedMs: number, value: number | null]>;

const FIRST_CAPACITY = 1024;
const BYTES_PER_POINT = 24;
/** Of all metrics together, in each reader. */
const MAX_KEPT_BYTES = 32_000_000;

export class PointColumns {
  private steps = new Float64Array(FIRST_CAPACITY);
  private times = new Float64Array(FIRST_CAPACITY);
  private values = new Float64Array(FIRST_CAPACITY);
  private length = 0;
  private isInOrder = true;
  private sorted: Uint32Array | null = null;

  constructor(readonly metricId: number) {}

  get count(): number {
    return this.length;
  }

  get bytes(): number {
    return this.steps.length * BYTES_PER_POINT;
  }

  get step(): Float64Array {
    return this.steps.subarray(0, this.length);
  }

  get timestampMs(): Float64Array {
    return this.times.subarray(0, this.length);
  }

  get value(): Float64Array {
    return this.values.subarray(0, this.length);
  }

  /** The places of the points by step, the earlier written first where steps repeat; null where that is their own order. */
  get order(): Uint32Array | null {
    if (this.isInOrder) return null;
    const { step } = this;
    this.sorted ??= Uint32Array.from(step, (_, index) => index).sort(
      (left, right) => (step[left] ?? 0) - (step[right] ?? 0) || left - right,
    );
    return this.sorted;
  }

  add(step: number, timestampMs: number, value: number): void {
    if (this.length === this.steps.length) this.grow();
    if (this.length > 0 && step < (this.steps[this.length - 1] ?? 0)) this.isInOrder = false;
    this.steps[this.length] = step;
    this.times[this.length] = timestampMs;
    this.values[this.length] = value;
    this.length++;
    this.sorted = null;
  }

  private grow(): void {
    const longer = (column: Float64Array) => {
      const grown = new Float64Array(column.length * 2);
      grown.set(column);
      return grown;
    };
    this.steps = longer(this.steps);
    this.times = longer(this.times);
    this.values = longer(this.values);
  }
}

export class KeptColumns {
  private readonly kept = new Map<string, PointColumns>();

  constructor(
    private readonly read: ReadPoints,
    private readonly maxBytes = MAX_KEPT_BYTES,
  ) {}

  /** @param count how many there are by the metric's own row: fewer than are known here means that they are others */
  of(runId: string, key: string, metricId: number, count: number): PointColumns {
    const name = `${runId} ${key}`;
    const known = this.kept.get(name);
    const columns = known?.metricId === metricId && known.count <= count ? known : new PointColumns(metricId);
    for (const [step, loggedMs, value] of this.read(metricId, columns.count))
      columns.add(step, loggedMs, value ?? Number.NaN);
    this.kept.delete(name);
    this.kept.set(name, columns);
    this.forgetOldest();
    return columns;
  }

  private forgetOldest(): void {
    let bytes = [...this.kept.values()].reduce((sum, columns) => sum + columns.bytes, 0);
    for (const [name, columns] of this.kept) {
      if (bytes <= this.maxBytes) return;
      this.kept.delete(name);
      bytes -= columns.bytes;
    }
  }
}
