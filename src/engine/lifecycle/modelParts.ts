/** The parts that registered models need, put together: gates that versions go through, their files, and changing them. */
import { userInfo } from 'node:os';
import type { Config } from '../config';
import type { Jobs } from '../jobs';
import type { PredictionsParts } from '../predictions';
import { GateKeeper, RegistryEditor } from '../registry';
import type { Thread } from '../threads/calls';
import type { ReaderHandlers } from '../threads/reader';
import type { WriterHandlers } from '../threads/writer';
import { settleTaken, Versions } from '../versions';

export interface ModelPartsOptions {
  /** The store's folder. */
  readonly store: string;
  readonly jobs: Jobs;
  readonly config: Config;
  readonly reader: () => Thread<ReaderHandlers>;
  /** @throws LoopwrightError while the store can't be written */
  readonly writable: () => Thread<WriterHandlers>;
  readonly isWritable: () => boolean;
  readonly onBusy: (isBusy: boolean) => void;
  readonly log: (message: string) => void;
}

export function modelParts({ store, jobs, config, reader, writable, isWritable, onBusy, log }: ModelPartsOptions) {
  const gates = new GateKeeper({
    gates: () => config.gates(),
    parties: (move, against) => reader().call('registry/parties', { move, against }),
    signatures: (versions) => jobs.run('registry/signatures', { store, versions }, { lane: 'models' }),
    verdict: (move, asked) => reader().call('registry/verdict', { move, asked, nowMs: Date.now() }),
  });
  const versions = new Versions({
    store,
    jobs,
    pending: () => reader().call('versions/pending'),
    file: (params) => reader().call('versions/file', params),
    list: (params) => reader().call('versions/list', params),
    ofModel: (params) => reader().call('versions/ofModel', params),
    tell: (params) => writable().call('tell', [{ method: 'registry/filesKept', params }]),
    isWritable,
    onBusy,
    log,
  });
  const registry = new RegistryEditor({
    user: userInfo().username,
    tell: (writes) => writable().call('tell', writes),
    settled: (pending) => versions.keeper.settled(pending),
    sourceOf: (runId, path) => reader().call('registry/sourceOf', { runId, path }),
    takeFiles: (path) => jobs.run('versions/take', { store, path }, { lane: 'taking' }),
    settleTaken: (files, isRegistered) => settleTaken(store, files, isRegistered),
    checkRun: (runId) => reader().call('runs/get', { runId }),
    gates,
  });
  /** For those who run models. */
  const onnx: Omit<PredictionsParts, 'onBusy'> = {
    ...{ store, jobs },
    version: (of) => reader().call('registry/version', of),
    versions: (params) => reader().call('registry/versions', params),
    verify: (of) => versions.verify(of),
  };
  return { gates, versions, registry, onnx };
}
