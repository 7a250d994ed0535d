import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { againOf, prepareRun, type RunTarget } from '../../src/client/launch';
import { argumentsOf, withArguments } from '../../src/client/otherArguments';
import { hiddenValuesOf, withHiddenValues } from '../../src/client/secretArguments';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-arguments-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const specOf = (target: RunTarget, more: object = {}) =>
  prepareRun(join(folder, '.loopwright'), { target, python: '/py3', cwd: folder, ...more }, { folder: '/py' }).spec;
const again = (spec: ReturnType<typeof specOf>) =>
  prepareRun(join(folder, '.loopwright'), againOf(spec), { folder: '/py' }).spec;

describe('a run that is run again with other arguments', () => {
  it.each<[RunTarget, string[], string[]]>([
    [{ kind: 'script', file: 'a.py', args: ['-x', 'a.py'] }, ['-x', 'a.py'], ['/py3', 'a.py', 'new', 'one']],
    [{ kind: 'script', file: 'a.py', args: [] }, [], ['/py3', 'a.py', 'new', 'one']],
    [{ kind: 'module', module: 'p.t', args: ['-m', 'p.t'] }, ['-m', 'p.t'], ['/py3', '-m', 'p.t', 'new', 'one']],
    [{ kind: 'command', command: ['make', 'all'] }, ['make', 'all'], ['new', 'one']],
  ])('%j', (target, before, argv) => {
    const spec = specOf(target);
    expect(argumentsOf(spec)).toEqual(before);
    expect(again(withArguments(spec, ['new', 'one'])).argv).toEqual(argv);
  });

  it('is the same sweep of another command', () => {
    const spec = specOf({ kind: 'script', file: 'a.py', args: ['-x', '1'] }, { sweep: { lr: ['1', '2'] } });
    expect(argumentsOf(spec)).toEqual(['-x', '1']);
    const next = again(withArguments(spec, ['-y', '2', '3']));
    expect(next.sweep).toMatchObject({ over: { lr: ['1', '2'] }, argv: ['/py3', 'a.py', '-y', '2', '3'] });
  });

  it('asks for the secrets that are still in it, wherever they stand now', () => {
    const spec = specOf({ kind: 'script', file: 'a.py', args: ['--password', 'hunter2', '--depth', '8'] });
    expect(argumentsOf(spec)).toEqual(['--password', '***', '--depth', '8']);
    const moved = withArguments(spec, ['--depth', '9', '--password', '***']);
    expect(hiddenValuesOf(moved)).toEqual([{ label: '--password' }]);
    expect(withHiddenValues(moved, ['hunter3']).argv.slice(2)).toEqual(['--depth', '9', '--password', 'hunter3']);
    expect(hiddenValuesOf(withArguments(spec, ['--depth', '9']))).toEqual([]);
  });

  it('has no arguments where it is a notebook', () => {
    const options = { timeLimitS: null, cellTimeLimitS: null, kernel: null };
    expect(argumentsOf(specOf({ kind: 'notebook', file: 'a.ipynb', options }))).toBeNull();
  });
});
