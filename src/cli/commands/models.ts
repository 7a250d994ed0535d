/** `loopwright models …`: the registry of models. */
import type { Command } from 'commander';
import { LoopwrightError } from '../../protocol/errors';
import type { ModelVersionRow, RegisteredModelRow } from '../../protocol/registry';
import { MAX_PAGE, type Result } from '../../protocol/requests';
import { type Cli, examples, type Perform, viewOf, withCommonOptions } from '../command';
import { inSession, type SessionTask } from '../inSession';
import { historyLines, modelTable, verifiedLines, versionPage, versionTable } from '../modelRendering';
import { modelDocument, verifiedDocument, versionDocument } from '../modelDocuments';
import { EXIT } from '../output';
import { change } from '../changeModel';
import { addConvert } from './convert';
import { addCompareModels } from './compareModels';
import { addEmbedding } from './embedding';
import { addGates } from './gates';
import { addRegister } from './register';
import { type Reference, referenceOf, versionNamed } from '../modelReference';
import type { Session } from '../store';

interface WhyOptions {
  readonly why?: string;
}

interface ListOptions {
  readonly search?: string;
  readonly filter?: string;
}

interface MoveOptions extends WhyOptions {
  readonly pastGate?: boolean;
}

export function addModels(program: Command, perform: Perform): void {
  const models = withCommonOptions(program.command('models'))
    .summary('registered models, their versions and aliases')
    .description(
      'Registered models, their versions, aliases and stages. A version is NAME/3 or NAME@ALIAS. MLflow clients see the same.',
    )
    .addHelpText(
      'after',
      examples(
        'models list',
        'models register latest model fraud',
        'models register model.onnx fraud',
        'models alias fraud/3 champion --why "better on May"',
      ),
    );
  const on = (name: string, summary: string) => withCommonOptions(models.command(name)).description(summary);
  const doing = (command: Command, task: SessionTask) => perform(command, (cli) => inSession(cli, task));

  on('list', 'The registered models, by name.')
    .option('--search <text>', 'a part of the name')
    .option('--filter <text>', "those with such a version: alias = 'champion' AND metrics.auc > 0.9")
    .addHelpText('after', examples("models list --filter \"tags.team = 'blue' OR stage = 'Production'\""))
    .action(({ search = '', filter = '' }: ListOptions, self: Command) =>
      doing(self, (cli, session) => list(cli, session, { search, filter })),
    );
  on('show', 'A model with its versions, or a version with what happened to it.')
    .argument('<model>', 'NAME, NAME/3 or NAME@ALIAS')
    .action((model: string, _: unknown, self: Command) =>
      doing(self, (cli, session) => show(cli, session, referenceOf(model))),
    );
  on('verify', 'Compare the files of a version, or of all versions of a model, with what was registered.')
    .argument('<model>', 'NAME, NAME/3 or NAME@ALIAS')
    .addHelpText('after', examples('models verify fraud@champion', 'models verify fraud --json'))
    .action((model: string, _: unknown, self: Command) =>
      doing(self, (cli, session) => verify(cli, session, referenceOf(model))),
    );
  addRegister(on, doing);
  on('alias', 'Give a version an alias; another version that has it loses it.')
    .argument('<version>', 'NAME/3')
    .argument('<alias>', 'champion, challenger, or a name of your own')
    .option('--why <text>', 'the reason, kept with the version')
    .option('--past-gate', 'also if its gate in loopwright.yaml fails; needs --why')
    .action((model: string, alias: string, { why, pastGate: past }: MoveOptions, self: Command) =>
      doing(self, async (cli, session) => {
        const of = await versionNamed(session.connection, model);
        return change(cli, session, { op: 'alias', ...of, alias, past, why });
      }),
    );
  addGates(on, doing);
  addConvert(on, perform);
  addCompareModels(on, doing);
  addEmbedding(on, perform);
  on('unalias', 'Take an alias away.')
    .argument('<model>', 'NAME@ALIAS')
    .option('--why <text>', 'the reason, kept with the version')
    .action((model: string, { why }: WhyOptions, self: Command) =>
      doing(self, (cli, session) => {
        const { name, which } = referenceOf(model);
        if (typeof which !== 'string') throw new LoopwrightError('bad_request', `Name the alias: ${name}@champion.`);
        return change(cli, session, { op: 'removeAlias', name, alias: which, why });
      }),
    );
  on('stage', 'Put a version into a stage, for those who use stages.')
    .argument('<version>', 'NAME/3')
    .argument('<stage>', 'None, Staging, Production or Archived')
    .option('--archive-others', 'those that are in this stage are archived')
    .option('--why <text>', 'the reason, kept with the version')
    .option('--past-gate', 'also if its gate in loopwright.yaml fails; needs --why')
    .action(
      (model: string, stage: string, options: MoveOptions & { readonly archiveOthers?: boolean }, self: Command) =>
        doing(self, async (cli, session) => {
          const of = await versionNamed(session.connection, model);
          return change(cli, session, {
            op: 'stage',
            ...of,
            stage,
            archiveOthers: options.archiveOthers === true,
            past: options.pastGate,
            why: options.why,
          });
        }),
    );
  for (const op of ['delete', 'restore'] as const)
    on(op, op === 'delete' ? 'Hide a version, or a model with its versions.' : 'Undo the deletion of one.')
      .argument('<model>', 'NAME or NAME/3')
      .action((model: string, _: unknown, self: Command) =>
        doing(self, (cli, session) => {
          const { name, which } = referenceOf(model);
          if (which === null) return change(cli, session, { op, name });
          if (typeof which === 'string')
            throw new LoopwrightError('bad_request', `Name the version by its number: ${name}/3.`);
          return change(cli, session, { op: `${op}Version`, name, version: which });
        }),
      );
}

async function list({ output }: Cli, { connection }: Session, asked: Required<ListOptions>): Promise<number> {
  const models: RegisteredModelRow[] = [];
  let token: string | null | undefined;
  do {
    const page: Result<'registry/models'> = await connection.request('registry/models', {
      ...asked,
      limit: MAX_PAGE,
      ...(typeof token === 'string' ? { pageToken: token } : {}),
    });
    models.push(...page.models);
    token = page.nextPageToken;
  } while (token !== null);
  if (output.isJson) output.document({ models: models.map(modelDocument) });
  else if (models.length > 0) output.lines(modelTable(models, viewOf({ output })));
  else output.note(asked.search + asked.filter === '' ? 'No registered models.' : 'No registered model matches.');
  return EXIT.done;
}

async function show({ output }: Cli, { connection }: Session, { name, which }: Reference): Promise<number> {
  if (which !== null) {
    const found = await connection.request('registry/version', { name, which });
    if (output.isJson) output.document(versionDocument(found.version, found));
    else output.lines([...versionPage(found, viewOf({ output })), ...historyLines(found.history, viewOf({ output }))]);
    return EXIT.done;
  }
  const versions: ModelVersionRow[] = [];
  let token: string | null | undefined;
  do {
    const page: Result<'registry/versions'> = await connection.request('registry/versions', {
      name,
      limit: MAX_PAGE,
      ...(typeof token === 'string' ? { pageToken: token } : {}),
    });
    versions.push(...page.versions);
    token = page.nextPageToken;
  } while (token !== null);
  if (output.isJson) output.document({ name, versions: versions.map((version) => versionDocument(version)) });
  else if (versions.length > 0) output.lines(versionTable(versions, viewOf({ output })));
  else output.note(`${name} has no versions.`);
  return EXIT.done;
}

/** Fails where a file is not what was registered. */
async function verify({ output }: Cli, { connection }: Session, of: Reference): Promise<number> {
  const { versions } = await connection.request('registry/verify', of);
  if (output.isJson) output.document({ versions: versions.map(verifiedDocument) });
  else if (versions.length > 0) output.lines(verifiedLines(versions, viewOf({ output })));
  else output.note(`${of.name} has no versions.`);
  return versions.some(({ state }) => state === 'changed') ? EXIT.failed : EXIT.done;
}
