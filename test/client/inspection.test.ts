import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectNotebook } from '../../src/client/inspection';
import { pythonPath, repository } from '../engine/support';

const parts = { folder: join(repository, 'python') };
const code = (id: string, source: string, tags: string[] = []) => ({ id, kind: 'code' as const, source, tags });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-inspect-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('a notebook that is inspected', () => {
  it('is a file, or what an editor holds', async () => {
    const path = write('a.py', '# %% tags=["parameters"]\nlr = 0.1  # how fast\n\n# %%\nprint(lr, gone)\n');
    const inspection = await inspectNotebook(pythonPath(), parts, { path });
    expect(inspection).toMatchObject({
      format: 'percent',
      language: 'python',
      codeCells: 2,
      parameters: [{ name: 'lr', type: 'float', default: '0.1', help: 'how fast' }],
    });
    const range = { startLine: 0, startColumn: 10, endLine: 0, endColumn: 14 };
    expect(inspection.findings).toMatchObject([{ rule: 'undefined-name', cellIndex: 1, range }]);

    const cells = [code('a', 'lr = 0.1', ['parameters']), code('b', 'print(lr)')];
    const executions = [{ cellId: 'a', source: 'lr = 0.2' }];
    const held = await inspectNotebook(pythonPath(), parts, { language: 'python', folder: null, cells, executions });
    expect(held.parameters).toHaveLength(1);
    expect(held.findings).toMatchObject([{ rule: 'changed-after-run', cellId: 'a', range: null }]);
  });

  it('may be of any size that a notebook has', async () => {
    const cells = Array.from({ length: 2_000 }, (_, at) =>
      code(`c${String(at)}`, `x${String(at)} = "${'é'.repeat(500)}"`),
    );
    const request = { language: 'python', folder, cells, executions: null };
    expect((await inspectNotebook(pythonPath(), parts, request)).codeCells).toBe(2_000);
  });
});

describe('a notebook that can not be inspected', () => {
  it('is told with what Python says of it', async () => {
    const missing = inspectNotebook(pythonPath(), parts, { path: join(folder, 'none.ipynb') });
    await expect(missing).rejects.toMatchObject({ code: 'not_found', message: /none\.ipynb was not found/ });
    const broken = inspectNotebook(pythonPath(), parts, { path: write('a.ipynb', '{') });
    await expect(broken).rejects.toMatchObject({ code: 'bad_request', message: /a\.ipynb is no valid JSON/ });
  });

  const request = { language: 'python', folder: null, cells: [], executions: null };
  const program = (text: string) => {
    const path = write('python', `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it('is told where there is no such Python', async () => {
    for (const python of [join(folder, 'nowhere'), write('not-executable', '')])
      await expect(inspectNotebook(python, parts, request)).rejects.toMatchObject({ code: 'no_python' });
  });

  it('is told where what was started is no Python, or says nothing that can be understood', async () => {
    await expect(inspectNotebook(program('echo hello'), parts, request)).rejects.toMatchObject({ code: 'internal' });
    const failing = inspectNotebook(program('echo "what is wrong" >&2; exit 3'), parts, request);
    await expect(failing).rejects.toMatchObject({ code: 'internal', message: /ended with 3: what is wrong/ });
    const talking = inspectNotebook(program('exec yes'), parts, request);
    await expect(talking).rejects.toMatchObject({ code: 'internal', message: /too long/ });
  });

  it('is given up after a while, and when nobody waits for it any more', async () => {
    const slow = program('exec sleep 60');
    const tooLong = inspectNotebook(slow, parts, request, { timeLimitMs: 200 });
    await expect(tooLong).rejects.toMatchObject({ code: 'internal', message: /within 0\.2 s/ });
    const controller = new AbortController();
    const given = inspectNotebook(slow, parts, request, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    const late = inspectNotebook(slow, parts, request, { signal: AbortSignal.abort() });
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
  });
});
