/**
 * What the hook alone costs: the start of a Python that does nothing, beside a bare one; and `loopwright.log` beside a
 * loop that makes a line of JSON of the same values and hands it to the system with one `write` each.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requirePython } from '../scripts/lib/python.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root } from './store.mjs';

const START_ROUNDS = 25;
const CALL_ROUNDS = 7;
const CALLS = 30_000;
const exec = promisify(execFile);

const python = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? (await requirePython()).executable;
const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));

const TIMED = `import time
began = time.process_time()
for step in range(${String(CALLS)}):
    one(step)
print(time.process_time() - began)
`;
const LOG = `import loopwright
loopwright.tag(kind='bench')
def one(step):
    loopwright.log(loss=0.1 + step, step=step)
${TIMED}`;
const WRITE = `import json, os, sys
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def one(step):
    os.write(file, json.dumps({'loss': 0.1 + step, 'step': step}).encode() + b'\\n')
${TIMED}`;

/** As the runner starts a script. */
function tracked() {
  const run = mkdtempSync(join(folder, 'run-'));
  return { ...process.env, PYTHONPATH: join(root, 'python/hook'), LOOPWRIGHT_RUN_DIR: run, LOOPWRIGHT_CAPTURE: '' };
}

/** Starts a Python and says how much of the processor's time that took: others use the machine, too. */
const START = `import resource, subprocess, sys
subprocess.run([sys.executable, '-c', 'pass'], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) * 1000)
`;

async function startMs(env) {
  const { stdout } = await exec(python, ['-c', START], { env });
  return Number(stdout.trim());
}

/** Calls per second of the processor's time. */
async function rate(code, env) {
  const { stdout } = await exec(python, ['-c', code, join(folder, 'lines')], { env });
  return CALLS / Number(stdout.trim());
}

try {
  await exec(python, ['-m', 'compileall', '-q', join(root, 'python/hook')]);
  await startMs(tracked());
  const start = await interleave(START_ROUNDS, {
    plain: () => startMs(process.env),
    hook: () => startMs(tracked()),
  });
  const calls = await interleave(CALL_ROUNDS, {
    log: () => rate(LOG, tracked()),
    write: () => rate(WRITE, process.env),
  });
  report('hook', {
    'rounds, starts': START_ROUNDS,
    'bare Python, ms of processor': spread(start.plain),
    'with the hook, ms of processor': spread(start.hook),
    'ratio, start': ratios(start.hook, start.plain),
    'more, ms': spread(start.hook.map((ms, round) => ms - start.plain[round])),
    'rounds, calls': CALL_ROUNDS,
    'loopwright.log, calls/s': spread(calls.log),
    'json + write, calls/s': spread(calls.write),
    'ratio, calls': ratios(calls.log, calls.write),
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
