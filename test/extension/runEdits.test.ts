import { describe, expect, it } from 'vitest';
import { RunEdits } from '../../src/extension/commands/runEdits';
import type { StoreSession } from '../../src/extension/stores/session';
import { dropOn } from '../../src/extension/views/runs/dropOn';
import { GroupNode, MoreNode, RunNode } from '../../src/extension/views/runs/nodes';
import { RunList } from '../../src/extension/views/runs/runList';
import type { RunEdit, RunGrouping } from '../../src/protocol/lists';
import { runRow } from './support';

/** A store that keeps names of runs, as the engine does. */
class FakeStore {
  readonly names = new Map<string, string>();
  readonly deleted = new Set<string>();
  readonly sizes: number[] = [];
  failsNext = false;

  get session(): StoreSession {
    return { request: (method: string, params: object) => Promise.resolve(this.answer(method, params)) } as never;
  }

  private answer(method: string, params: object): unknown {
    if (this.failsNext) throw new Error('read-only');
    if (method === 'runs/edit') {
      const { edits } = params as { edits: RunEdit[] };
      this.sizes.push(edits.length);
      const before = edits.map(({ runId }) => ({ runId, name: this.names.get(runId) }));
      for (const { runId, name = '' } of edits) this.names.set(runId, name);
      return { before };
    }
    const { runIds } = params as { runIds: string[] };
    const isDeletion = method === 'runs/delete';
    const marked = runIds.filter((id) => this.deleted.has(id) !== isDeletion);
    for (const id of marked)
      if (isDeletion) this.deleted.add(id);
      else this.deleted.delete(id);
    return { runIds: marked };
  }
}

const refs = (session: StoreSession, ...ids: string[]) => ids.map((runId) => ({ session, row: { runId } }));

describe('changes of runs', () => {
  it('are undone one after the other, the last one first', async () => {
    const store = new FakeStore();
    const { session } = store;
    const edits = new RunEdits();
    store.names.set('a', 'one');
    await edits.apply('first', refs(session, 'a'), { name: 'two' });
    await edits.apply('second', refs(session, 'a'), { name: 'three' });
    await edits.delete('third', refs(session, 'a'));
    expect(await edits.undo()).toBe('third');
    expect(store.deleted.size).toBe(0);
    expect([await edits.undo(), store.names.get('a')]).toEqual(['second', 'two']);
    expect([await edits.undo(), store.names.get('a')]).toEqual(['first', 'one']);
    expect(await edits.undo()).toBeUndefined();
  });

  it('of several stores are one change', async () => {
    const [left, right] = [new FakeStore(), new FakeStore()];
    left.names.set('a', 'l');
    right.names.set('b', 'r');
    const edits = new RunEdits();
    await edits.apply('both', [...refs(left.session, 'a'), ...refs(right.session, 'b')], { name: 'x' });
    await edits.undo();
    expect([left.names.get('a'), right.names.get('b')]).toEqual(['l', 'r']);
  });

  it('of many runs go in parts', async () => {
    const store = new FakeStore();
    const ids = Array.from({ length: 1201 }, (_, n) => `r${String(n)}`);
    await new RunEdits().apply('many', refs(store.session, ...ids), { name: 'x' });
    expect(store.sizes).toEqual([500, 500, 201]);
  });

  it('that did nothing are not undone', async () => {
    const store = new FakeStore();
    const edits = new RunEdits();
    store.deleted.add('a');
    expect(await edits.delete('again', refs(store.session, 'a'))).toEqual({ count: 0, undo: undefined });
    expect(await edits.undo()).toBeUndefined();
  });

  it('can be undone out of turn, and only once', async () => {
    const store = new FakeStore();
    const edits = new RunEdits();
    const { undo } = await edits.delete('it', refs(store.session, 'a'));
    await edits.apply('later', refs(store.session, 'b'), { name: 'x' });
    expect([await edits.undo(undo), await edits.undo(undo)]).toEqual(['it', undefined]);
    expect(await edits.undo()).toBe('later');
  });

  it('stay to be undone where undoing failed', async () => {
    const store = new FakeStore();
    const edits = new RunEdits();
    const told: boolean[] = [];
    edits.onDidChange((canUndo) => told.push(canUndo));
    await edits.delete('it', refs(store.session, 'a'));
    store.failsNext = true;
    await expect(edits.undo()).rejects.toThrow('read-only');
    store.failsNext = false;
    expect(await edits.undo()).toBe('it');
    expect(told).toEqual([true, false]);
  });
});

describe('dropping runs', () => {
  const session = new FakeStore().session;
  const groupOf = (grouping: RunGrouping, value: string | null) =>
    new GroupNode(
      session,
      grouping,
      { value, runCount: 1, runningCount: 0, lastStartMs: 0 },
      new RunList({ group: { grouping, value } }),
    );
  const below = (parent: GroupNode | RunNode) =>
    new RunNode(session, parent, runRow(), new RunList({ parentRunId: 'x' }));
  const experiment = groupOf({ by: 'experiment', key: '' }, 'fraud');

  it.each([
    ['an experiment', experiment, { experiment: 'fraud' }],
    ['a child of a run of an experiment', below(below(experiment)), { experiment: 'fraud' }],
    ['a tag', groupOf({ by: 'tag', key: 'team' }, 'blue'), { tags: { team: 'blue' } }],
    ['those without a tag', groupOf({ by: 'tag', key: 'team' }, null), undefined],
    ['a day', groupOf({ by: 'day', key: '' }, '2026-01-31'), undefined],
    ['the end of a list', new MoreNode(session, experiment, () => Promise.resolve()), undefined],
  ])('onto %s', (_, target, edit) => {
    expect(dropOn(target).edit).toEqual(edit);
  });
});
