/** A store with a real engine into which something is imported, and what it knows then. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach } from 'vitest';
import type { EngineConnection } from '../../../src/client/connection';
import type { OpenEngine } from '../../../src/client/engine';
import { exists, type TestStore, testStore, until } from '../support';

/** Makes a store before each test of a file and takes it away afterwards. */
export class Importing {
  store!: TestStore;
  private opened!: OpenEngine;

  constructor() {
    beforeEach(async () => {
      this.store = testStore();
      await this.open();
    });
    afterEach(() => this.store.dispose());
  }

  get connection(): EngineConnection {
    return this.opened.connection;
  }

  async open(): Promise<void> {
    this.opened = await this.store.open();
  }

  /** Ends the engine; the store's files are nobody's then. */
  async stop(): Promise<void> {
    const { pid } = this.opened.hello.engine;
    await this.connection.request('engine/stop', { reason: 'user' });
    this.connection.close();
    await until('the engine has ended', () => !exists(pid));
  }

  path(name: string): string {
    return join(this.store.folder, name);
  }

  from(path: string) {
    return this.connection.request('import/start', { path });
  }

  /** What the store knows of a run, as its page and the command line ask for it. */
  async shown(runId: string) {
    const { connection } = this;
    const [{ run, provenance }, { params }, { metrics }, { tags }, { artifacts }, { notes }] = await Promise.all([
      connection.request('runs/get', { runId }),
      connection.request('runs/params', { runId }),
      connection.request('runs/metrics', { runId }),
      connection.request('runs/tags', { runId }),
      connection.request('runs/artifacts', { runId }),
      connection.request('runs/notes', { runId }),
    ]);
    return {
      run,
      provenance,
      params: Object.fromEntries(params.map(({ key, value }) => [key, value])),
      metrics: Object.fromEntries(metrics.map(({ key, last, count }) => [key, { last, count }])),
      tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
      artifacts: artifacts.map(({ path }) => path),
      notes: notes.map(({ text }) => text),
    };
  }

  /** Of the runs in the tree. */
  async names(): Promise<string[]> {
    return (await this.connection.request('runs/list', {})).runs.map(({ name }) => name).toSorted();
  }

  rows<Row>(sql: string): Row[] {
    const db = new Database(this.store.paths.database, { readonly: true });
    try {
      return db.prepare<[], Row>(sql).all();
    } finally {
      db.close();
    }
  }
}
