/** What the command line refuses: one line that says why, the same as a document, and nothing started. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentIn, NotStarted, RunDocument, workplace, type Workplace } from './support';

let at: Workplace;
beforeAll(async () => {
  at = workplace({ capture: false });
  at.write('echo.py', 'print("ran")\n');
  at.write('deep/notes.txt', '');
  await at.call(['run', 'echo.py']);
});
afterAll(() => at.dispose());

describe('125 where nothing could be started', () => {
  it.each([
    ['a file that is not there', ['nope.py'], /nope\.py was not found in .*\. Check the path/],
    ['a file named without its ending', ['echo'], /echo was not found in .*Did you mean echo\.py\?/],
    ['a folder', ['.git'], /is a folder without a __main__\.py/],
    ['an interpreter that is not there', ['--python', 'python9', 'echo.py'], /python9 was not found/],
  ])('%s', async (_, words, message) => {
    const before = readdirSync(join(at.store, 'runs')).length;
    const refusal = await at.refusal(['run', ...words]);
    expect(refusal.exitCode).toBe(125);
    expect(refusal.message).toMatch(message);
    expect(readdirSync(join(at.store, 'runs'))).toHaveLength(before);
  });

  it('a command that is not there: a run that failed, with the reason', async () => {
    const { code, stdout, stderr } = await at.call(['run', '--json', '--', 'no-such-command']);
    expect(code).toBe(125);
    const document = documentIn({ stdout, stderr }, NotStarted);
    expect(document).toMatchObject({ status: 'FAILED', exit_code: null, error: { code: 'run_failed_to_start' } });
    expect(document.error.message).toMatch(/no-such-command was not found/);
    expect(stderr.match(/was not found/g)).toHaveLength(1);
    expect((await at.json(RunDocument, ['runs', 'show', document.run_id])).reason).toBe(document.error.message);
  });
});

describe('2 where the command line is wrong', () => {
  it.each([
    ['nothing to run', ['run'], /Say what to run/],
    ['a parameter without =', ['run', '-P', 'lr', 'echo.py'], /-P takes key=value, not "lr"/],
    [
      'an unknown option',
      ['run', '--experimint', 'x', 'echo.py'],
      /Unknown option '--experimint' \(Did you mean --experiment\?\)/,
    ],
    ['an option without its value', ['run', '--name'], /argument missing/],
    ['an empty name', ['run', '--name', ' ', 'echo.py'], /--name takes a name/],
    ['no module', ['run', '-m'], /missing after "-m"/],
    ['no command', ['run', '--'], /missing after "--"/],
    ['a store in a folder of other things', ['run', '--store', '.', '../echo.py'], /--store \.loopwright/],
    ['an unknown command', ['rusn'], /Unknown command 'rusn' \(Did you mean one of run, runs\?\)/],
    ['an unknown command below runs', ['runs', 'lsit'], /Unknown command 'lsit' \(Did you mean list\?\)/],
    ['a word too many', ['engine', 'status', 'now'], /Too many arguments/],
  ])('%s', async (name, words, message) => {
    const folder = name.startsWith('a store') ? join(at.folder, 'deep') : at.folder;
    const refusal = await at.refusal(words, { cwd: folder });
    expect(refusal).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect(refusal.message).toMatch(message);
  });
});

it('what is refused says nothing on stdout to people', async () => {
  expect(await at.call(['run', 'nope.py'])).toMatchObject({ code: 125, stdout: '' });
  expect(await at.call(['rusn'])).toMatchObject({ code: 2, stdout: '' });
});
