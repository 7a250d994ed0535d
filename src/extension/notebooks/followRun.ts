/**
 * One run of a notebook that is followed: collects what its cells did, and tells the engine a few times a second. The
 * engine may be away or be replaced meanwhile; what it has not acknowledged is told again.
 */
import { join } from 'node:path';
import type { z } from 'zod';
import type { Artifact } from '../../protocol/entities';
import { type ErrorCode, LoopwrightError } from '../../protocol/errors';
import type { NotebookFacts } from '../../protocol/notebooks';
import type { Method, Params, Result } from '../../protocol/requests';
import { describeError, type Log } from '../log';
import type { FollowedExecution } from './followCells';
import { FollowFiles } from './followFiles';
import { formOf, type NotebookRecord, type OutputForm, recordOf, type SeenOutput } from './followOutputs';
import { FollowQueue } from './followQueue';

/** A run that was prepared, and the way to its engine. */
export interface RunDoor {
  readonly runId: string;
  readonly folder: string;
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
}

export interface FollowedRunParts {
  /** Makes the run's folder. Called once, outside of VS Code's events. */
  readonly prepare: () => RunDoor;
  /** As they are now; `observed` is said once, because the kernel may have more to say on it later. */
  readonly facts: () => NotebookFacts;
  readonly pid: number;
  readonly log: Log;
  /** Something that people see has changed: it is there, it has more cells. */
  readonly onChanged: () => void;
  /** The run can't be told of any more: somebody ended it, or the engine refuses. `error` is null for the first. */
  readonly onGone: (error: LoopwrightError | null) => void;
}

const TICK_MS = 200;
const RETRY_MS = [500, 2_000, 5_000];
/** How long an execution may wait for its number, which tells whether it is the first of a new run. */
const HOLD_MS = 1_500;
/** How often the file of an output is written anew while its cell runs. */
const REWRITE_MS = 2_000;
const MAX_OUTPUTS = 500;
/** How long the extension host may be busy with this at a time; what is left comes a moment later. */
const SLICE_MS = 3;
const NEXT_SLICE_MS = 10;
/** What asking again does not change. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['bad_request', 'not_found', 'not_trusted', 'store_foreign']);

interface Told {
  readonly n: number;
  execution: string;
  readonly outputs: ToldOutput[];
}

interface ToldOutput {
  items: readonly Uint8Array[];
  fileMs: number;
}

export class FollowedRun {
  private readonly queue = new FollowQueue();
  private readonly told = new Map<FollowedExecution, Told>();
  private readonly dirty = new Set<FollowedExecution>();
  private artifacts: z.infer<typeof Artifact>[] = [];
  private door: RunDoor | null = null;
  private files: FollowFiles | null = null;
  private factsTold = '';
  private hasToldFirst = false;
  private isBegun = false;
  private isPumping = false;
  private isGone = false;
  private attempt = 0;
  private timer: NodeJS.Timeout | null = null;
  private lost = 0;
  private ending: { readonly note: string | null; readonly over: PromiseWithResolvers<void> } | null = null;

  constructor(private readonly parts: FollowedRunParts) {}

  /** Null until it is made, which is a moment after its first cell was started. */
  get runId(): string | null {
    return this.door?.runId ?? null;
  }

  /** Once the engine has acknowledged its beginning. */
  get folder(): string | null {
    return this.hasToldFirst ? (this.door?.folder ?? null) : null;
  }

  /** How many cells were executed. */
  get count(): number {
    return this.told.size;
  }

  began(execution: FollowedExecution): void {
    this.told.set(execution, { n: this.told.size, execution: '', outputs: [] });
    this.changed(execution);
  }

  /** What is not of this run is left out. */
  changed(execution: FollowedExecution): void {
    if (!this.told.has(execution) || this.ending) return;
    this.dirty.add(execution);
    this.soon(TICK_MS);
  }

  /** Its notebook has another path now, say. */
  factsChanged(): void {
    if (this.door) this.soon(TICK_MS);
  }

  /** Resolves when the engine knows, however long that takes. */
  end(note: string | null): Promise<void> {
    if (this.ending) return this.ending.over.promise;
    for (const execution of this.told.keys()) if (execution.state === 'running') this.dirty.add(execution);
    this.ending = { note, over: Promise.withResolvers() };
    if (this.isGone) this.ending.over.resolve();
    else this.soon(0);
    return this.ending.over.promise;
  }

  private soon(delayMs: number): void {
    if (this.isGone) return;
    if (this.timer) {
      if (delayMs > 0) return;
      clearTimeout(this.timer);
    }
    this.timer = setTimeout(() => {
      this.timer = null;
      this.tick();
    }, delayMs);
  }

  private tick(): void {
    if (this.isGone) return;
    try {
      if (!this.door && !this.make()) return;
      this.collect();
    } catch (thrown) {
      this.give(LoopwrightError.from(thrown));
      return;
    }
    void this.pump();
  }

  /** @returns false where nothing has been executed after all */
  private make(): boolean {
    if (this.told.size === 0) {
      this.gone();
      return false;
    }
    this.door = this.parts.prepare();
    this.files = new FollowFiles(join(this.door.folder, 'artifacts'));
    this.parts.onChanged();
    return true;
  }

  private collect(): void {
    const now = Date.now();
    const until = performance.now() + SLICE_MS;
    let nextMs = Infinity;
    for (const execution of [...this.dirty]) {
      const told = this.told.get(execution);
      if (!told) continue;
      const isHeld = execution.state === 'running' && execution.count === null && now - execution.startMs < HOLD_MS;
      if (isHeld && !this.ending) {
        nextMs = Math.min(nextMs, TICK_MS);
        continue;
      }
      if (performance.now() > until) {
        nextMs = NEXT_SLICE_MS;
        break;
      }
      this.collectExecution(execution, told, now);
      const waitMs = this.collectOutputs(execution, told, now, until);
      if (waitMs === null) this.dirty.delete(execution);
      else nextMs = Math.min(nextMs, waitMs);
    }
    if (nextMs !== Infinity) this.soon(nextMs);
    this.parts.onChanged();
  }

  private collectExecution(execution: FollowedExecution, told: Told, now: number): void {
    const { cell, index, startMs, endMs, count, error, source, isSourceCut, tags } = execution;
    const isLeft = this.ending !== null && execution.state === 'running';
    const body = {
      n: told.n,
      cell,
      index,
      state: isLeft ? 'interrupted' : execution.state,
      start_ms: startMs,
      end_ms: isLeft ? Math.max(now, startMs) : endMs,
      count,
      error,
    } as const;
    const stamp = JSON.stringify(body);
    if (stamp === told.execution) return;
    const isFirst = told.execution === '';
    told.execution = stamp;
    this.queue.add([
      'execution',
      now,
      isFirst ? { ...body, source, source_cut: isSourceCut, tags: [...tags] } : body,
    ] satisfies NotebookRecord);
  }

  /** @returns when those that are left can be taken: there was no time, or their files were written a moment ago; null if none is */
  private collectOutputs({ outputs, state }: FollowedExecution, told: Told, now: number, until: number): number | null {
    let waitMs: number | null = null;
    for (const [i, output] of outputs.slice(0, MAX_OUTPUTS).entries()) {
      const known = (told.outputs[i] ??= { items: [], fileMs: 0 });
      if (isSame(known.items, output)) continue;
      if (performance.now() > until) return NEXT_SLICE_MS;
      const isFresh = state === 'running' && !this.ending && now - known.fileMs < REWRITE_MS;
      if (isFresh) {
        waitMs = TICK_MS;
        continue;
      }
      const form = formOf(output);
      known.items = output.items.map(({ data }) => data);
      this.record(told.n, i, form, now);
      if (form.file) known.fileMs = now;
    }
    // Cleared by the cell itself, to show others in their place. A record can't be taken back, only made empty.
    for (let i = outputs.length; i < told.outputs.length; i++) {
      const known = told.outputs[i];
      if (!known || known.items.length === 0) continue;
      known.items = [];
      this.record(told.n, i, EMPTY, now);
    }
    if (outputs.length > MAX_OUTPUTS && state !== 'running') {
      const data = `… and ${String(outputs.length - MAX_OUTPUTS)} more outputs`;
      this.queue.add(recordOf(told.n, MAX_OUTPUTS, { ...EMPTY, data, sizeBytes: data.length, isCut: true }, null, now));
    }
    return waitMs;
  }

  private record(n: number, i: number, form: OutputForm, now: number): void {
    const { file } = form;
    if (!file) {
      this.queue.add(recordOf(n, i, form, null, now));
      return;
    }
    const path = `cells/${String(n)}-${String(i)}.${file.ending}`;
    const withoutFile = () => {
      this.lost++;
      this.queue.add(recordOf(n, i, { ...form, isCut: true }, null, Date.now()));
    };
    if (!this.files?.hasRoomFor(file.bytes.byteLength)) {
      withoutFile();
      return;
    }
    this.files.write(path, file.bytes).then(
      () => {
        this.queue.add(recordOf(n, i, form, path, Date.now()));
        // A picture is shown with its cell, and no figure of the run besides.
        const artifact = { path, kind: 'file', sizeBytes: file.bytes.byteLength, name: null, step: null } as const;
        this.artifacts = [...this.artifacts.filter((one) => one.path !== path), artifact];
        this.soon(TICK_MS);
      },
      (error: unknown) => {
        this.parts.log.error(`output ${path}: ${describeError(error)}`);
        withoutFile();
        this.soon(TICK_MS);
      },
    );
  }

  private async pump(): Promise<void> {
    if (this.isPumping || !this.door) return;
    this.isPumping = true;
    try {
      await this.tell(this.door);
      this.attempt = 0;
    } catch (thrown) {
      this.again(LoopwrightError.from(thrown));
    } finally {
      this.isPumping = false;
    }
  }

  private async tell(door: RunDoor): Promise<void> {
    const { runId } = door;
    for (;;) {
      if (!this.isBegun) {
        await door.request('notebooks/begin', { runId, pid: this.parts.pid });
        this.isBegun = true;
      }
      if (this.ending) await this.files?.settled();
      const batch = this.queue.take();
      const facts = this.newFacts();
      const artifacts = this.artifacts.slice(0, 200);
      if (!batch && facts === undefined && artifacts.length === 0) break;
      await door.request('notebooks/record', { runId, records: [...(batch?.records ?? [])], facts, artifacts });
      batch?.isTold();
      this.artifacts = this.artifacts.filter((one) => !artifacts.includes(one));
      if (facts !== undefined) this.factsTold = JSON.stringify(this.parts.facts());
      if (!this.hasToldFirst) {
        this.hasToldFirst = true;
        this.parts.onChanged();
      }
    }
    if (!this.ending || this.dirty.size > 0) return;
    await door.request('notebooks/end', { runId, note: this.lastNote(this.ending.note) });
    this.gone();
  }

  private newFacts(): NotebookFacts | undefined {
    const facts = this.parts.facts();
    if (JSON.stringify(facts) === this.factsTold) return undefined;
    return this.factsTold === '' ? { ...facts, observed: 'cells' } : facts;
  }

  private lastNote(note: string | null): string | null {
    const missing = this.queue.dropped + this.lost;
    if (missing === 0) return note;
    const what =
      missing === 1 ? 'A record or output of a cell is' : `${String(missing)} records or outputs of cells are`;
    const said = `${what} missing: the engine or the disk could not take what the cells did when they did it.`;
    return note === null ? said : `${note} ${said}`;
  }

  private again(error: LoopwrightError): void {
    if (error.code === 'run_over') {
      // Beginning it decides: the engine was replaced, or the run was ended by somebody else.
      if (!this.isBegun) {
        this.give(null);
        return;
      }
    } else if (FINAL.has(error.code)) {
      this.give(error);
      return;
    }
    this.parts.log.debug(`run ${this.runId ?? ''}: ${error.message} It is told again.`);
    const pause = RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)] ?? 0;
    this.attempt++;
    this.isBegun = false;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.soon(pause);
  }

  /** Nothing more can be told. */
  private give(error: LoopwrightError | null): void {
    this.gone();
    this.parts.onGone(error);
  }

  private gone(): void {
    this.isGone = true;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.ending?.over.resolve();
  }
}

const EMPTY: OutputForm = {
  kind: 'display',
  name: null,
  mime: 'text/plain',
  alternative: null,
  sizeBytes: 0,
  isCut: false,
  data: '',
  file: null,
};

/** By the arrays that hold the bytes: VS Code makes others where anything changes. */
function isSame(known: readonly Uint8Array[], { items }: SeenOutput): boolean {
  return items.length > 0 && known.length === items.length && items.every(({ data }, at) => data === known[at]);
}
