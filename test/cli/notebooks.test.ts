import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { workplace, type Workplace } from './support';

const Document = z.strictObject({
  path: z.string(),
  format: z.enum(['ipynb', 'percent']),
  language: z.string(),
  kernel: z.string().nullable(),
  code_cells: z.number(),
  parameters: z.array(z.strictObject({ name: z.string(), type: z.string(), default: z.string(), help: z.string() })),
  findings: z.array(
    z.strictObject({
      rule: z.string(),
      message: z.string(),
      cell_id: z.string().nullable(),
      cell_index: z.number().nullable(),
      range: z
        .strictObject({
          start_line: z.number(),
          start_column: z.number(),
          end_line: z.number(),
          end_column: z.number(),
        })
        .nullable(),
      replacement: z.string().nullable(),
    }),
  ),
});

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.dispose());

describe('loopwright notebooks inspect', () => {
  it('lists parameters and reasons, for people', async () => {
    place.write('a.py', '# %% tags=["parameters"]\nlr = 0.1  # step size\n# %%\nprint(lr, gone)\n');
    const { code, stdout, stderr } = await place.call(['notebooks', 'inspect', 'a.py']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'Parameter  Type   Default  Help',
      'lr         float  0.1      step size',
      '',
      'Not reproducible as it stands: 1 reason',
      '  cell 2, line 1: `gone` is defined nowhere in this notebook. Define or import it above. (undefined-name)',
      '',
    ]);
  });

  it('fails for a reason only where that is asked for', async () => {
    place.write('bad.py', '# %%\ngone\n');
    place.write('good.py', '# %%\nprint(1)\n');
    expect((await place.call(['notebooks', 'inspect', '--strict', 'bad.py'])).code).toBe(1);
    const good = await place.call(['notebooks', 'inspect', '--strict', 'good.py']);
    expect(good).toMatchObject({ code: 0, stdout: 'Nothing in the way of the same results again, in 1 code cell.\n' });
  });

  it('gives one document', async () => {
    place.write('a.ipynb', JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] }));
    const document = await place.json(Document, ['notebooks', 'inspect', 'a.ipynb']);
    expect(document).toMatchObject({ format: 'ipynb', language: 'python', kernel: null, code_cells: 0 });
    place.write('b.py', '# %%\nx = "/home/me/a.csv"\n');
    const { findings } = await place.json(Document, ['notebooks', 'inspect', 'b.py']);
    expect(findings).toMatchObject([{ rule: 'absolute-path', cell_index: 0, range: { start_column: 4 } }]);
  });

  it('refuses what is no notebook, with the way out', async () => {
    expect(await place.refusal(['notebooks', 'inspect', 'none.ipynb'])).toMatchObject({
      exitCode: 2,
      code: 'not_found',
    });
    place.write('plain.py', 'print(1)\n');
    const refusal = await place.refusal(['notebooks', 'inspect', 'plain.py']);
    expect(refusal).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect(refusal.message).toContain('# %%');
  });
});
