/** What a tooltip says of a run beyond its row, asked for when somebody points at it. Knows nothing of VS Code. */
import { codeSummary } from '../../../protocol/codeWords';
import type { Asks } from '../../panels/runFacts';
import type { RunFacts } from './tooltip';

/** Of each direction. */
const SHOWN_FILES = 3;

export async function runDetails(store: Asks, runId: string): Promise<RunFacts> {
  const files = async (direction: 'in' | 'out') =>
    (await store.request('runs/files', { runId, direction, limit: SHOWN_FILES })).files;
  const [got, code, inputs, outputs] = await Promise.all([
    store.request('runs/get', { runId }),
    store.request('runs/facts', { runId, section: 'code' }),
    files('in'),
    files('out'),
  ]);
  const { run, provenance, counts } = got;
  return {
    run,
    provenance,
    code: codeSummary(code.facts),
    inputs: { files: inputs, total: counts.inputs },
    outputs: { files: outputs, total: counts.outputs },
  };
}
