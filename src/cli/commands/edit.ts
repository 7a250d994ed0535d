/** `loopwright runs edit`: what the user says of a run. */
import type { Command } from 'commander';
import type { RunRow } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { RunEdit } from '../../protocol/lists';
import { type Cli, examples } from '../command';
import { rowDocument } from '../documents';
import { allTags } from '../lookup';
import { EXIT } from '../output';
import type { Session } from '../store';

export interface EditOptions {
  readonly name?: string;
  readonly note?: string;
  readonly tag?: readonly string[];
  readonly untag?: readonly string[];
  readonly star?: boolean;
  readonly pin?: boolean;
  readonly experiment?: string;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const addEditOptions = (command: Command): Command =>
  command
    .option('--name <name>', 'another name')
    .option('--note <text>', 'your own words, Markdown; "" for none')
    .option('--tag <key=value>', 'set a tag; may be repeated', collect)
    .option('--untag <key>', 'take a tag away; may be repeated', collect)
    .option('--star', 'mark it')
    .option('--no-star', 'do not')
    .option('--pin', 'keep it on top of its list')
    .option('--no-pin', 'do not')
    .option('--experiment <name>', 'move it with its children; made if there is none')
    .addHelpText(
      'after',
      examples('runs edit latest --name baseline --tag stage=prod --star', 'runs edit latest --untag stage'),
    );

/** @throws LoopwrightError `bad_request` where nothing is to be changed, or a value is not of its form */
export function editOf(runId: string, { name, note, tag, untag, star, pin, experiment }: EditOptions): RunEdit {
  const tags = new Map<string, string | null>((untag ?? []).map((key) => [key, null]));
  for (const pair of tag ?? []) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new LoopwrightError('bad_request', `--tag takes key=value, not "${pair}".`);
    tags.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const edit = {
    ...(name === undefined ? {} : { name }),
    ...(note === undefined ? {} : { note }),
    ...(star === undefined ? {} : { starred: star }),
    ...(pin === undefined ? {} : { pinned: pin }),
    ...(experiment === undefined ? {} : { experiment }),
    ...(tags.size === 0 ? {} : { tags: Object.fromEntries(tags) }),
  };
  if (Object.keys(edit).length === 0)
    throw new LoopwrightError(
      'bad_request',
      'Nothing is to be changed: "loopwright runs edit --help" shows what can be.',
    );
  const checked = RunEdit.safeParse({ runId, ...edit });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new LoopwrightError(
    'bad_request',
    `--${String(issue?.path[0] ?? 'edit')}: ${issue?.message ?? 'is not of its form'}.`,
  );
}

export async function edit(
  { output }: Cli,
  { connection }: Session,
  run: RunRow,
  options: EditOptions,
): Promise<number> {
  const { runId } = run;
  await connection.request('runs/edit', { edits: [editOf(runId, options)] });
  if (!output.isJson) {
    output.note(`${options.name ?? run.name} is changed.`);
    return EXIT.done;
  }
  const { run: now, note } = await connection.request('runs/get', { runId });
  const tags = await allTags(connection, runId);
  output.document({
    ...rowDocument(now),
    note,
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
  });
  return EXIT.done;
}
