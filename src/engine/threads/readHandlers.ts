/** Requests that go to a reader, and come back, as they are. */
import type { RequestHandlers } from '../rpc/dispatch';
import type { Thread } from './calls';
import type { ReaderHandlers } from './reader';

const METHODS = [
  'experiments/list',
  'runs/list',
  'runs/groups',
  'runs/keys',
  'runs/compare',
  'runs/rows',
  'runs/get',
  'runs/facts',
  'runs/files',
  'runs/children',
  'runs/params',
  'runs/metrics',
  'runs/tags',
  'runs/artifacts',
  'runs/artifactFolder',
  'runs/figures',
  'runs/figureAt',
  'runs/notes',
  'notebooks/executions',
  'notebooks/runs',
  'notebooks/durations',
  'metrics/series',
  'metrics/points',
  'runs/output',
  'runs/searchOutput',
  'runs/spec',
  'registry/models',
  'registry/count',
  'registry/versions',
  'registry/version',
  'registry/metrics',
  'registry/files',
  'registry/compare',
  'registry/compareFiles',
] as const satisfies (keyof RequestHandlers & keyof ReaderHandlers)[];
type Read = (typeof METHODS)[number];

export function readHandlers(reader: () => Thread<ReaderHandlers>): Pick<RequestHandlers, Read> {
  const all = METHODS.map((method) => [method, (params: never) => reader().call(method, params)]);
  // The reader's handlers are typed by the same table of requests.
  return Object.fromEntries(all) as Pick<RequestHandlers, Read>;
}
