/** What an endpoint of MLflow's REST API is: the form of its request, and what is done for it. */
import type { PendingFiles, WriteMethod, WriteTable } from '../clients';
import type { Webhooks } from '../webhooks';
import type { MlflowReads, ReadMethod } from './reads';
import type { Form, FormName } from './wire';

/** What an endpoint may do, and who asks. */
export interface Context {
  /** The tracked run whose process asks; null for everybody else. */
  readonly askedBy: string | null;
  /** Of whoever asks, where the request names nobody. */
  readonly user: string;
  /** Resolves when it is written down and can be read. */
  readonly write: <M extends WriteMethod>(
    method: M,
    params: Parameters<WriteTable[M]>[0],
  ) => Promise<ReturnType<WriteTable[M]>>;
  /** The answer as it is sent. */
  readonly read: <M extends ReadMethod>(method: M, params: Parameters<MlflowReads[M]>[0]) => Promise<Uint8Array>;
  readonly deleteRuns: (runIds: readonly string[]) => Promise<void>;
  readonly restoreRuns: (runIds: readonly string[]) => Promise<void>;
  readonly listArtifacts: (runId: string, path: string) => Promise<object>;
  readonly listModelArtifacts: (modelId: string, path: string) => Promise<object>;
  /** Waits a little until the files of a new version are kept. */
  readonly settled: (pending: PendingFiles | null) => Promise<void>;
  readonly webhooks: Pick<Webhooks, 'create' | 'update' | 'delete' | 'test'>;
}

export interface Endpoint {
  readonly form: FormName;
  /** @returns the answer, or its text */
  readonly answer: (form: never, context: Context) => Promise<object>;
}

export const NOTHING = {};

export const on = <F extends FormName>(form: F, answer: (form: Form<F>, context: Context) => Promise<object>) => ({
  form,
  answer,
});
/** What is only read. */
export const reading = <F extends FormName>(form: F, method: ReadMethod) =>
  on(form, (asked, { read }) => read(method, asked as never));
