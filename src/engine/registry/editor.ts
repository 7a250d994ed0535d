/** Changing the registry as front ends ask for it: each edit is one of the writes that programs make, too. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LoopwrightError } from '../../protocol/errors';
import { MODEL_DRAFT } from '../../protocol/node/storeFolder';
import { type AskedEdit, ModelName, RegistryEdit } from '../../protocol/registryEdit';
import type { CheckedParams, Result } from '../../protocol/requests';
import type { Author, PendingFiles, Reply, Write, WriteMethod } from '../clients';
import type { TakenFiles } from '../versions';
import { type GateKeeper, isStale } from './gateKeeper';

export interface EditorParts {
  /** Who changes it. */
  readonly user: string;
  readonly tell: (writes: readonly Write[]) => Promise<readonly Reply[]>;
  /** Where an artifact of a run is, as clients name it. @throws LoopwrightError `not_found` */
  readonly sourceOf: (runId: string, path: string) => Promise<string>;
  readonly gates: Pick<GateKeeper, 'prepare' | 'move'>;
  /** Copies a file or folder of the user's. @throws LoopwrightError */
  readonly takeFiles: (path: string) => Promise<TakenFiles>;
  /** Whether the version of what was taken is registered. */
  readonly settleTaken: (files: string, isRegistered: boolean) => Promise<void>;
  /** @throws LoopwrightError `not_found` */
  readonly checkRun: (runId: string) => Promise<unknown>;
  /** Waits a little until the files of a new version are kept. */
  readonly settled: (pending: PendingFiles) => Promise<void>;
}

export class RegistryEditor {
  constructor(private readonly parts: EditorParts) {}

  /**
   * Each by itself: one that is refused leaves the others as they are.
   *
   * @throws LoopwrightError `bad_request` where the only one is refused, `gate_failed` where that is a gate's doing
   */
  async edit(asked: readonly AskedEdit[]): Promise<Result<'registry/edit'>> {
    const edits = asked.map(checked);
    const { gates, tell } = this.parts;
    const writes = await Promise.all(
      edits.map(async (edit) => gates.prepare(await this.writeOf(edit), 'past' in edit && edit.past)),
    );
    const replies: (Reply | undefined)[] = [...(await this.tellAll(writes))];
    for (const [index, edit] of edits.entries())
      if (isStale(replies[index]))
        replies[index] = await gates.move(
          await this.writeOf(edit),
          'past' in edit && edit.past,
          async (write) => (await tell([write]))[0],
        );
    const [first] = replies;
    await Promise.all(replies.flatMap(pendingIn).map((pending) => this.parts.settled(pending)));
    if (edits.length === 1 && first && 'refused' in first) {
      const { gate, message } = first.refused;
      throw new LoopwrightError(gate === 'failed' ? 'gate_failed' : 'bad_request', message);
    }
    return {
      results: edits.map((edit, index) => {
        const reply = replies[index];
        if (!reply || 'refused' in reply) return { version: null, problem: reply?.refused.message ?? 'No answer.' };
        return { version: versionIn(reply.value) ?? ('version' in edit ? edit.version : null), problem: null };
      }),
    };
  }

  /** What was taken for versions that could not be registered goes again. */
  private async tellAll(writes: readonly Write[]): Promise<readonly Reply[]> {
    let replies: readonly Reply[] = [];
    try {
      replies = await this.parts.tell(writes);
      return replies;
    } finally {
      for (const [index, { params }] of writes.entries()) {
        const reply = replies[index];
        const isRegistered = reply !== undefined && !('refused' in reply);
        if ('taken' in params && params.taken) await this.parts.settleTaken(params.taken.files, isRegistered);
      }
    }
  }

  /** @throws LoopwrightError `bad_request` */
  async take({ name, draft, runId, ...asked }: CheckedParams<'registry/take'>): Promise<Result<'registry/take'>> {
    const { user, tell, settled } = this.parts;
    const called = ModelName.safeParse(name);
    if (!called.success) throw new LoopwrightError('bad_request', called.error.issues[0]?.message ?? 'No name.');
    if (!MODEL_DRAFT.test(draft)) throw new LoopwrightError('bad_request', 'There is no such model among the drafts.');
    const params = { ...asked, name, draft, runId: runId ?? '', userId: user };
    const [reply] = await tell([{ method: 'registry/take', params, author: { by: user } }]);
    if (!reply || 'refused' in reply)
      throw new LoopwrightError('bad_request', reply?.refused.message ?? 'The version could not be registered.');
    await Promise.all(pendingIn(reply).map((pending) => settled(pending)));
    return { version: versionIn(reply.value) ?? 0 };
  }

  private async writeOf(edit: RegistryEdit): Promise<Write> {
    const { user } = this.parts;
    const author: Author = { by: user, ...('why' in edit && edit.why !== undefined ? { why: edit.why } : {}) };
    const write = <M extends WriteMethod>(method: M, params: Write<M>['params']): Write<M> => ({
      method,
      params,
      author,
    });
    switch (edit.op) {
      case 'register': {
        const { name, runId, path, description } = edit;
        const source = await this.parts.sourceOf(runId, path);
        return write('registry/register', { name, source, runId, description, userId: user });
      }
      case 'registerFile': {
        const { name, file, runId, description } = edit;
        if (!isAbsolute(file)) throw new LoopwrightError('bad_request', `${file} is no absolute path.`);
        if (runId !== null) await this.parts.checkRun(runId);
        const taken = await this.parts.takeFiles(file);
        const source = pathToFileURL(file).href;
        return write('registry/register', { name, source, runId: runId ?? '', description, userId: user, taken });
      }
      case 'alias':
        return write('registry/setAlias', { name: edit.name, version: edit.version, alias: edit.alias });
      case 'removeAlias':
        return write('registry/deleteAlias', { name: edit.name, alias: edit.alias });
      case 'stage': {
        const { name, version, stage, archiveOthers } = edit;
        return write('registry/transition', { name, version, stage, archiveExisting: archiveOthers });
      }
      case 'describe':
        return write('registry/update', { name: edit.name, description: edit.description });
      case 'describeVersion': {
        const { name, version, description } = edit;
        return write('registry/updateVersion', { name, version, description });
      }
      case 'rename':
        return write('registry/rename', { name: edit.name, newName: edit.newName });
      case 'delete':
        return write('registry/delete', { name: edit.name });
      case 'restore':
        return write('registry/restore', { name: edit.name });
      case 'deleteVersion':
        return write('registry/deleteVersion', { name: edit.name, version: edit.version });
      case 'restoreVersion': {
        const { name, version, withAliases } = edit;
        return write('registry/restoreVersion', { name, version, withAliases });
      }
      case 'approve':
      case 'withdrawApproval': {
        const { name, version } = edit;
        return write('registry/approve', { name, version, approved: edit.op === 'approve' });
      }
      case 'copyVersion': {
        const { name, version, to } = edit;
        return write('registry/copyVersion', { name, version, to, userId: user });
      }
    }
  }
}

/** @throws LoopwrightError `bad_request` */
function checked(edit: AskedEdit): RegistryEdit {
  const { data, error } = RegistryEdit.safeParse(edit);
  if (data) return data;
  const [issue] = error.issues;
  throw new LoopwrightError('bad_request', issue ? issue.message : 'The change is not of its form.', { cause: error });
}

/** The files of a version that a write has made, where they are still to be kept. */
function pendingIn(reply: Reply | undefined): PendingFiles[] {
  if (!reply || !('value' in reply) || typeof reply.value !== 'object' || reply.value === null) return [];
  // Those who make versions answer with this.
  const { pending } = reply.value as { readonly pending?: PendingFiles | null };
  return pending ? [pending] : [];
}

/** The version that a write has made. */
const versionIn = (value: unknown): number | null =>
  typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'number'
    ? value.version
    : null;
