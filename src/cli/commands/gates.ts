/** `loopwright models gate` and `approve`: what the gates of `loopwright.yaml` say, and what people say. */
import type { Command } from 'commander';
import { ANY_MODEL } from '../../protocol/config/file';
import { LoopwrightError } from '../../protocol/errors';
import { Stage } from '../../protocol/registry';
import { type Cli, examples, viewOf } from '../command';
import type { SessionTask } from '../inSession';
import { change } from '../changeModel';
import { judgementDocument } from '../modelDocuments';
import { versionNamed } from '../modelReference';
import { judgementLines, type NamedJudgement } from '../modelRendering';
import { EXIT } from '../output';
import type { Session } from '../store';

type On = (name: string, summary: string) => Command;

export function addGates(on: On, doing: (command: Command, task: SessionTask) => Promise<void>): void {
  on('gate', 'What the gates of loopwright.yaml say to a version; ends with 1 if one of them fails. Nothing is moved.')
    .argument('<version>', 'NAME/3')
    .argument('[alias]', 'an alias or a stage (default: all that have a gate)')
    .addHelpText('after', examples('models gate fraud/3', 'models gate fraud/3 champion'))
    .action((model: string, to: string | undefined, _: unknown, self: Command) =>
      doing(self, (cli, session) => gate(cli, session, model, to)),
    );
  on('approve', 'Say that a version may go where a gate asks for that: of what it holds now, in your name.')
    .argument('<version>', 'NAME/3')
    .option('--why <text>', 'the reason, kept with the version')
    .option('--withdraw', 'take your approval back')
    .action((model: string, options: { readonly why?: string; readonly withdraw?: boolean }, self: Command) =>
      doing(self, async (cli, session) => {
        const of = await versionNamed(session.connection, model);
        const op = options.withdraw === true ? 'withdrawApproval' : 'approve';
        return change(cli, session, { op, ...of, why: options.why });
      }),
    );
}

async function gate({ output }: Cli, session: Session, model: string, to: string | undefined): Promise<number> {
  const { connection } = session;
  const { name, version } = await versionNamed(connection, model);
  const asked = to === undefined ? await gatedPlaces(session, name) : [to];
  const found: NamedJudgement[] = [];
  for (const place of asked) {
    const kind = Stage.safeParse(place).success ? 'stage' : 'alias';
    const { judgement } = await connection.request('registry/judge', { name, version, kind, to: place });
    if (judgement) found.push({ to: place, judgement });
  }
  const passed = found.every(({ judgement }) => judgement.verdict.passed);
  if (output.isJson) output.document({ name, version, passed, gates: found.map(judgementDocument) });
  else if (found.length > 0) output.lines(judgementLines(`${name}/${String(version)}`, found, viewOf({ output })));
  else output.note(`No gate of loopwright.yaml is in the way of ${name}${to === undefined ? '' : ` to ${to}`}.`);
  return passed ? EXIT.done : EXIT.failed;
}

/** The aliases and stages of a model that have a gate, its own or that of all models. */
async function gatedPlaces({ connection }: Session, name: string): Promise<string[]> {
  const { gates, problems } = await connection.request('config/check', {});
  const error = problems.find(({ severity }) => severity === 'error');
  if (error)
    throw new LoopwrightError(
      'gate_failed',
      `loopwright.yaml has an error, so nothing passes: line ${String(error.from.line + 1)}: ${error.message}`,
    );
  return [...new Set(gates.filter(({ model }) => model === name || model === ANY_MODEL).map(({ alias }) => alias))];
}
