import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSweep } from '../../src/cli/sweepWords';
import { againOf } from '../../src/client/launch';
import { HELD_OUT, PATTERNS } from '../../src/engine/tracking/headline';
import { addressesOf } from '../../src/protocol/node/addresses';
import { RunSpec } from '../../src/protocol/runFolder';
import { pythonPath, repository } from '../engine/support';
import { documentIn, finishedShape, RunList, workplace, type Workplace } from './support';

describe('the values of a sweep', () => {
  it.each<[string, string[]]>([
    ['lr=0.1,0.3', ['0.1', '0.3']],
    ['lr=0.1', ['0.1']],
    ['lr=[0.1, 0.3]', ['0.1', '0.3']],
    ['lr= 0.1 , 0.3 ', ['0.1', '0.3']],
    ['lr=[64,64],[128]', ['[64,64]', '[128]']],
    ['lr=[[64, 64], [128]]', ['[64, 64]', '[128]']],
    ['lr="a,b",c', ['a,b', 'c']],
    [`lr=['a,b', "c"]`, ['a,b', 'c']],
    ["lr=it's,b", ["it's", 'b']],
    ['lr={"a": 1, "b": 2},{}', ['{"a": 1, "b": 2}', '{}']],
    ['lr=a=b,c', ['a=b', 'c']],
  ])('%s', (word, values) => {
    expect(parseSweep([word])).toEqual({ lr: values });
  });

  it.each([
    ['lr', /key=value/],
    ['=1', /key=value/],
    ['{lr}=1', /key=value/],
    ['lr=', /empty value/],
    ['lr=1,,2', /empty value/],
    ['lr=[]', /empty value/],
    ['lr=[1,2', /bracket is not closed/],
    ['lr="1,2', /quote is not closed/],
    [`lr=${'x'.repeat(6001)}`, /too long/],
  ])('%s is refused', (word, message) => {
    expect(() => parseSweep([word])).toThrow(message);
  });

  it('keeps the order in which they were given, and takes each parameter once', () => {
    expect(Object.keys(parseSweep(['b=1', 'a=1']) ?? {})).toEqual(['b', 'a']);
    expect(() => parseSweep(['a=1', 'a=2'])).toThrow(/given twice/);
    expect(parseSweep([])).toBeUndefined();
  });
});

it('finds the best run by the metrics that stand in the rows', () => {
  const program = `import json, sys; sys.path[:0] = ${JSON.stringify(['sweep', 'observer', 'runner', 'common'].map((part) => join(repository, 'python', part)))}
import scores; print(json.dumps([list(scores.PATTERNS), scores.HELD_OUT]))`;
  const [patterns, heldOut] = z
    .tuple([z.array(z.string()), z.string()])
    .parse(JSON.parse(execFileSync(pythonPath(), ['-I', '-S', '-c', program], { encoding: 'utf8' })));
  const source = (pattern: RegExp) => pattern.source.replaceAll(String.raw`\/`, '/');
  expect(patterns).toEqual(PATTERNS.map(source));
  expect(heldOut).toBe(source(HELD_OUT));
});

const SweepDocument = z.strictObject({
  ...finishedShape,
  children: z.array(
    z.strictObject({
      run_id: finishedShape.run_id,
      name: z.string(),
      status: finishedShape.status,
      exit_code: z.number().nullable(),
      signal: z.string().nullable(),
      reason: z.string().nullable(),
      start_time: finishedShape.start_time,
      end_time: finishedShape.end_time,
      best: z.boolean(),
      params: z.record(z.string(), z.string()),
      metrics: finishedShape.metrics,
    }),
  ),
});

const SCRIPT = `
import argparse, loopwright
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--depth", type=int)
args = parser.parse_args()
if args.depth > 4: raise SystemExit(3)
loopwright.log(auc=args.lr * args.depth, seconds=1)
`;

describe('run --sweep', () => {
  let place: Workplace;
  beforeEach(() => {
    place = workplace({ capture: false });
    place.write('train.py', SCRIPT);
  });
  afterEach(() => place.dispose());

  const specOf = (runId: string) =>
    RunSpec.parse(JSON.parse(readFileSync(join(place.store, 'runs', runId, 'spec.json'), 'utf8')));

  it('runs each combination below one run and marks the best', async () => {
    const words = [
      'run',
      '--sweep',
      'lr=0.1,0.3',
      '--sweep',
      'depth=2,4,8',
      'train.py',
      '--lr={lr}',
      '--depth={depth}',
    ];
    const called = await place.call(['--json', ...words]);
    expect(called.code).toBe(1);
    const sweep = documentIn(called, SweepDocument);
    expect(sweep).toMatchObject({ status: 'FAILED', exit_code: 1, name: 'train' });
    expect(
      sweep.children.map(({ name, status, best, params, metrics }) => [name, status, best, params, metrics.auc?.last]),
    ).toEqual([
      ['train lr=0.1 depth=2', 'FINISHED', false, { lr: '0.1', depth: '2' }, 0.2],
      ['train lr=0.1 depth=4', 'FINISHED', false, { lr: '0.1', depth: '4' }, 0.4],
      ['train lr=0.1 depth=8', 'FAILED', false, { lr: '0.1', depth: '8' }, undefined],
      ['train lr=0.3 depth=2', 'FINISHED', false, { lr: '0.3', depth: '2' }, 0.6],
      ['train lr=0.3 depth=4', 'FINISHED', true, { lr: '0.3', depth: '4' }, 1.2],
      ['train lr=0.3 depth=8', 'FAILED', false, { lr: '0.3', depth: '8' }, undefined],
    ]);
    expect(called.stderr).toContain('[2/6] lr=0.1 depth=4');
    const { runs } = await place.json(RunList, ['runs', 'list']);
    expect(runs).toMatchObject([{ run_id: sweep.run_id, child_count: 6, reason: '2 of 6 runs failed.' }]);
    expect(readdirSync(join(place.store, 'active'))).toEqual([]);
    const shown = await place.call(['runs', 'show', sweep.run_id]);
    // The user's command, not the one that carries it out.
    expect(shown.stdout).toMatch(/command +\S*python\S* train\.py '--lr=\{lr\}'/);
  });

  it('gives each run the socket where the engine looks for it', async () => {
    const sweep = await place.json(SweepDocument, ['run', '--sweep', 'lr=1', 'train.py', '--lr={lr}', '--depth=1']);
    const addresses = addressesOf(place.store, place.environment());
    for (const runId of [sweep.run_id, ...sweep.children.map((child) => child.run_id)])
      expect(specOf(runId)).toMatchObject({ socket: addresses.runSocket(runId), token: addresses.tokenFile });
  });

  it('hides secrets in all folders, and hands them over', async () => {
    place.write('secret.py', 'import sys; print(sys.argv[1:])');
    const words = ['run', '-P', 'api_key=hunter2', '--sweep', 'x=1,2', 'secret.py', '--password', 'hunter2', '{x}'];
    const called = await place.call(words);
    expect(called.stdout).toBe("['--password', 'hunter2', '1']\n['--password', 'hunter2', '2']\n");
    for (const runId of readdirSync(join(place.store, 'runs')).filter((name) => !name.startsWith('.'))) {
      expect(readdirSync(join(place.store, 'runs', runId))).not.toContain('handed-over.json');
      expect(readFileSync(join(place.store, 'runs', runId, 'spec.json'), 'utf8')).not.toContain('hunter2');
    }
  });

  it('can be asked for again', async () => {
    const words = ['run', '--sweep', 'depth=1,2', '--jobs', '2', '-P', 'a=b', 'train.py', '--lr=1', '--depth={depth}'];
    const { run_id: runId, children } = await place.json(SweepDocument, words);
    const again = againOf(specOf(runId));
    expect(again).toMatchObject({
      target: { kind: 'script', file: 'train.py', args: ['--lr=1', '--depth={depth}'] },
      params: { a: 'b' },
      sweep: { depth: ['1', '2'] },
      sweepJobs: 2,
      capture: { kinds: [] },
    });
    // One of its runs again is a run like any other.
    const one = againOf(specOf(children[1]?.run_id ?? ''));
    expect(one).toMatchObject({
      target: { kind: 'script', file: 'train.py', args: ['--lr=1', '--depth=2'] },
      params: { a: 'b', depth: '2' },
      sweep: undefined,
    });
  });

  it('works for modules and commands', async () => {
    place.write('pkg/__init__.py', '');
    place.write('pkg/train.py', 'import sys; print("module", sys.argv[1])');
    expect((await place.call(['run', '--sweep', 'x=1,2', '-m', 'pkg.train', '{x}'])).stdout).toBe(
      'module 1\nmodule 2\n',
    );
    expect((await place.call(['run', '--sweep', 'x=1,2', '--', 'echo', 'command {x}'])).stdout).toBe(
      'command 1\ncommand 2\n',
    );
  });

  it.each<[string, string[], RegExp]>([
    ['too many runs', ['--sweep', `a=${numbers(40)}`, '--sweep', `b=${numbers(40)}`], /1,600 runs; at most 1,000/],
    ['the same value twice', ['--sweep', 'a=1,1'], /the value 1 twice/],
    ['a parameter that is given, too', ['-P', 'a=1', '--sweep', 'a=1,2'], /both a parameter/],
    ['secrets', ['--sweep', 'password=a,b'], /looks like a secret/],
    ['--jobs alone', ['--jobs', '2'], /--jobs is for --sweep/],
    ['--jobs 0', ['--sweep', 'a=1', '--jobs', '0'], /from 1 to 256/],
    ['--or-plain', ['--sweep', 'a=1', '--or-plain'], /--or-plain/],
  ])('refuses %s before anything is made', async (_, options, message) => {
    const refused = await place.refusal(['run', ...options, 'train.py']);
    expect(refused).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect(refused.message).toMatch(message);
    expect(readdirSync(place.folder)).not.toContain('.loopwright');
  });
});

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => String(index)).join(',');
}
