/** The protocols of KServe (the first), TensorFlow Serving, TorchServe and Azure, as their documents ask them. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { endpoint } from '../endpoint/support';
import { file, here, models, python, run, servingModels } from './servingModels';

servingModels();

it("are answered as Python's runtime does, and as OpenAPI tells", async () => {
  const names = ['classes', 'every', 'rows', 'columns'];
  const served = await Promise.all(names.map(async (name) => [name, await endpoint(file(name), { name })] as const));
  try {
    const urls = Object.fromEntries(served.map(([name, { url }]) => [name, url]));
    const { stdout } = await run(python(), [join(here, 'serving_dialects.py'), models, JSON.stringify(urls)]);
    expect(stdout.trim()).toBe("all as Python's runtime says");
    const checker = await ensureVenv('venv-openapi', join(here, 'openapi.txt'));
    const { stdout: told } = await run(checker, [join(here, 'serving_openapi.py'), urls.classes ?? '']);
    expect(told.trim()).toBe('as it is told');
  } finally {
    await Promise.all(served.map(([, one]) => one.end()));
  }
});
