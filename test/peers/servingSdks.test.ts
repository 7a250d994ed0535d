/** Endpoints before what comes with other servers: KServe's SDK, and the command line of MLServer that asks a file of requests. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { endpoint } from '../endpoint/support';
import { repository } from '../engine/support';
import { file, here, models, run, servingModels } from './servingModels';

servingModels();

/** Environments are large, and what they have is compiled at its first use. */
const LIMIT_MS = 1_200_000;

it.each([
  {
    client: "KServe's clients",
    environment: 'venv-kserve',
    requirements: join(here, 'kserve.txt'),
    script: 'serving_kserve.py',
    names: ['classes', 'texts', 'every', 'rows', 'columns'],
  },
  {
    client: '`mlserver infer`',
    // The one in which MLServer itself is measured.
    environment: 'venv-bench-mlserver',
    requirements: join(repository, 'bench/serving/mlserver.txt'),
    script: 'serving_mlserver.py',
    names: ['classes', 'rows'],
  },
])(
  "answer $client as Python's runtime does",
  async ({ environment, requirements, script, names }) => {
    const python = await ensureVenv(environment, requirements);
    const served = await Promise.all(
      names.map(async (name) => [name, await endpoint(file(name), { name, queue: 1000 })] as const),
    );
    try {
      const urls = Object.fromEntries(served.map(([name, { url }]) => [name, url]));
      const { stdout } = await run(python, [join(here, script), models, JSON.stringify(urls)]);
      expect(stdout.trim()).toBe("all as Python's runtime says");
    } finally {
      await Promise.all(served.map(([, one]) => one.end()));
    }
  },
  LIMIT_MS,
);
