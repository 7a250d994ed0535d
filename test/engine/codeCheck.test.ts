import { realpathSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkLoaded, takeSnapshot } from '../../src/engine/code';
import { CodePlace, factsIn, recordsIn } from './codeSupport';
import { writeJournal } from './support';

let place: CodePlace;
beforeEach(() => {
  place = new CodePlace();
});
afterEach(() => place.dispose());

/** As the hook records a source. */
function loaded(path: string): [string, string, number] {
  const stat = statSync(path, { bigint: true });
  return [path, String(stat.mtimeNs), Number(stat.size)];
}

async function differing(
  files: Record<string, string>,
  between: (file: (name: string) => string) => [string, string, number][],
): Promise<Record<string, string>> {
  place.write(files);
  const { runId, run } = place.prepare();
  await takeSnapshot({ store: place.store, runId });
  const records = between((name) => join(place.folder, name));
  writeJournal(run, [
    ['note', 1, 'info', 'x'.repeat(2_000_000)],
    ['loaded', 2, records],
  ]);
  await checkLoaded({ store: place.store, runId });
  expect(recordsIn(run)).toContainEqual(['done', expect.any(Number), 'codeCheck', null]);
  return Object.fromEntries((factsIn(run).differs ?? []).map(({ path, reason }) => [path, reason]));
}

it('finds nothing where what was loaded is what the snapshot has', async () => {
  const found = await differing({ 'a.py': '1', 'pkg/b.py': '2', 'touched.py': '3' }, (file) => {
    // Written again with the same content: another time, the same code.
    utimesSync(file('touched.py'), 1_900_000_000, 1_900_000_000);
    return ['a.py', 'pkg/b.py', 'touched.py'].map((name) => loaded(file(name)));
  });
  expect(found).toEqual({});
});

it('names what was changed, made, left out or lies elsewhere, and passes over what is installed', async () => {
  const outside = join(realpathSync(place.base), 'elsewhere.py');
  const found = await differing(
    { 'a.py': '1', 'old.py': '1', 'ignored.py': 'i', '.gitignore': 'ignored.py\n', 'secrets.py': 's' },
    (file) => {
      const before = loaded(file('old.py'));
      writeFileSync(file('a.py'), 'changed');
      writeFileSync(file('new.py'), 'made by the script');
      writeFileSync(outside, 'x');
      return [
        ...['a.py', 'new.py', 'ignored.py', 'secrets.py'].map((name) => loaded(file(name))),
        [before[0], '1000000000000000000', before[2]],
        loaded(outside),
        ['/usr/lib/python3.11/json/__init__.py', '1', 1],
        [join(place.folder, '.venv/lib/python3.11/site-packages/x.py'), '1', 1],
      ];
    },
  );
  expect(found).toEqual({
    'a.py': 'it was changed after the snapshot and before it was loaded',
    'old.py': 'it was changed after it was loaded and before the snapshot',
    'new.py': 'it is not in the snapshot: it was made after that, and loaded',
    'ignored.py': 'it is not in the snapshot: ignored',
    'secrets.py': 'it is not in the snapshot: its name says that it holds a secret',
    [outside]: 'it lies outside the folder that the snapshot is of',
  });
});
