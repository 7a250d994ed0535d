/**
 * Runs of notebooks that are executed in an editor. There is no runner: the editor tells what happens, and it is written
 * down here in the run's folder as a runner and a hook would, so that everything behind it is the same.
 */
import { writeFileSync, openSync, writeSync, closeSync, fsyncSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { JournalRecord } from '../../protocol/records';
import { bootId, startOf } from '../../protocol/node/processes';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { CheckedParams } from '../../protocol/requests';
import type { RunnerState } from '../../protocol/runFolder';
import { JournalWriter } from '../../protocol/node/journalWriter';
import { readRunner, readSpecOf } from '../tracking';

const RUNNER_BYTES = 4096;

export class FollowedNotebooks {
  private readonly journals = new Map<string, JournalWriter>();

  constructor(private readonly paths: StorePaths) {}

  /** @throws LoopwrightError `bad_request` if the run is no followed one or the process is not there, `run_over` */
  begin({ runId, pid }: CheckedParams<'notebooks/begin'>): void {
    const folder = this.paths.runFolder(runId);
    const spec = readSpecOf(folder);
    if (spec.kind !== 'followed')
      throw new LoopwrightError('bad_request', `The run ${runId} is none of a notebook that is followed.`);
    const start = startOf(pid);
    if (start === null) throw new LoopwrightError('bad_request', `There is no process ${String(pid)} that could tell.`);
    const known = readRunner(folder);
    if (known?.state === 'exited') throw new LoopwrightError('run_over', 'This run is over already.');
    this.write(folder, {
      state: 'running',
      keeper: { pid, start },
      runner: null,
      child: null,
      observer: null,
      boot_id: bootId(),
      started_ms: known?.started_ms ?? Date.now(),
      ended_ms: null,
      exit_code: null,
      signal: null,
      stop_requested: false,
      tty: false,
      error: null,
      output_lost: null,
      socket_error: null,
      observer_error: null,
      hook: 'unknown',
    });
    this.journalOf(runId);
  }

  /** Returns when everything is in the run's journal. */
  record({ runId, records, facts, artifacts }: CheckedParams<'notebooks/record'>): void {
    const journal = this.openJournalOf(runId);
    const now = Date.now();
    try {
      for (const record of records) journal.append(record);
      for (const { sizeBytes: size, ...artifact } of artifacts)
        journal.append(['artifact', now, { ...artifact, size }]);
      if (facts !== undefined) journal.append(['facts', now, 'notebook', facts]);
    } catch (error) {
      // Nothing may stand behind a record that is torn: what is told again goes into another journal.
      this.drop(runId);
      throw error;
    }
  }

  /** Ends the run. One that has ended stays as it is. */
  end({ runId, note }: CheckedParams<'notebooks/end'>): void {
    const folder = this.paths.runFolder(runId);
    const runner = readRunner(folder);
    if (runner?.state !== 'running') return;
    const now = Date.now();
    if (note !== null) this.journalOf(runId).append(['note', now, 'info', note] satisfies JournalRecord);
    this.write(folder, { ...runner, state: 'exited', ended_ms: now });
    this.drop(runId);
  }

  private drop(runId: string): void {
    this.journals.get(runId)?.close();
    this.journals.delete(runId);
  }

  private openJournalOf(runId: string): JournalWriter {
    if (!this.journals.has(runId))
      throw new LoopwrightError('run_over', `The run ${runId} is not being followed (any more). Begin it first.`);
    return this.journalOf(runId);
  }

  private journalOf(runId: string): JournalWriter {
    const journal = this.journals.get(runId) ?? new JournalWriter(this.paths.runFolder(runId));
    this.journals.set(runId, journal);
    return journal;
  }

  /** As the runner writes it: one block that is overwritten in place. */
  private write(folder: string, state: RunnerState): void {
    const path = join(folder, 'runner.json');
    const block = Buffer.from(JSON.stringify(state).padEnd(RUNNER_BYTES));
    try {
      const descriptor = openSync(path, 'r+');
      try {
        writeSync(descriptor, block, 0, block.length, 0);
        if (state.state === 'exited') fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      writeFileSync(path, block);
    }
  }
}
