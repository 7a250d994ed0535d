/** Changes of the registry, told of in the words of the command line. */
import { LoopwrightError } from '../protocol/errors';
import { RegistryEdit } from '../protocol/registryEdit';
import type { Cli } from './command';
import { EXIT } from './output';
import type { Session } from './store';

/** @param asked as the user has written it: checked here, so that what is wrong is told in the words of the command line */
export async function change({ output }: Cli, { connection }: Session, asked: object): Promise<number> {
  const edit = RegistryEdit.safeParse(asked);
  if (!edit.success)
    throw new LoopwrightError('bad_request', edit.error.issues[0]?.message ?? 'That is not of its form.');
  const { results } = await connection.request('registry/edit', { edits: [edit.data] });
  const name = edit.data.op === 'copyVersion' ? edit.data.to : edit.data.name;
  const version = results[0]?.version ?? null;
  if (output.isJson) output.document({ name, version });
  else if (version === null) output.note(`${name} is changed.`);
  else {
    const isNew = DONE[edit.data.op] === 'registered';
    const files = isNew ? await filesNote(connection, name, version) : '';
    output.note(`${name}/${String(version)} is ${DONE[edit.data.op]}.${files}`);
  }
  return EXIT.done;
}

/** What is to be said of the files of a new version; nothing where all is well. */
async function filesNote(connection: Session['connection'], name: string, which: number): Promise<string> {
  const { version } = await connection.request('registry/version', { name, which });
  if (version.status === 'PENDING_REGISTRATION') return ' Its files are still being kept.';
  return version.statusMessage === '' ? '' : ` ${version.statusMessage}`;
}

const DONE: Readonly<Record<RegistryEdit['op'], string>> = {
  register: 'registered',
  registerFile: 'registered',
  alias: 'changed',
  removeAlias: 'changed',
  stage: 'changed',
  describe: 'changed',
  describeVersion: 'changed',
  rename: 'renamed',
  delete: 'deleted',
  restore: 'restored',
  deleteVersion: 'deleted',
  restoreVersion: 'restored',
  copyVersion: 'registered',
  approve: 'approved',
  withdrawApproval: 'changed',
};
