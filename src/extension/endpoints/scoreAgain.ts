/** From the page of a job: its input through another model, and what that says otherwise; or on with it, where it was. */
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import { ScoreOrder } from '../../protocol/score';
import type { RunRef } from '../commands/pickRun';
import { plain } from '../text';
import type { EndpointsParts } from '.';
import type { ChosenModel } from './embedding';
import { orderIn } from './order';
import { begin, freePath, programOf } from './score';
import { modelOf, threadsFor } from './scoredModel';
import { agreed, placeOf } from './scoreOutline';
import { mayServe } from './serve';

/** @param choose the other model; undefined where the user left */
export async function scoreAgain(
  parts: EndpointsParts,
  { session, row }: RunRef,
  choose: (title: string) => Promise<ChosenModel | undefined>,
): Promise<void> {
  const before = await orderOf({ session, row });
  const title = vscode.l10n.t('Score {0} Again', plain(basename(before.input), 60));
  const model = await choose(title);
  if (!model || !(await mayServe(session))) return;
  const known = await modelOf(parts, model);
  if (!known) return;
  const { output, format } = before;
  const name = basename(output).replace(/(\.scored(-\d+)?)?\.[^.]*$/, '');
  const asked: ScoreOrder = {
    ...before,
    ...known,
    output: placeOf({ output: freePath(join(dirname(output), name), format), format }, before.partitionBy.length > 0),
    threads: threadsFor(known.model),
    against: { output, label: before.model.label },
    // Of another model others may be meant.
    columns: known.model.label === before.model.label ? before.columns : null,
    replaces: false,
  };
  const program = programOf(parts);
  const order = await agreed(program, asked, title);
  if (order) await begin(parts, session, program, order, false);
}

/** Goes on with a job where it was. Where nothing of it is left, the job says so. */
export async function scoreOn(parts: EndpointsParts, { session, row }: RunRef): Promise<void> {
  const order = await orderOf({ session, row });
  if (await mayServe(session)) await begin(parts, session, programOf(parts), order, true);
}

/** What its job was asked for. @throws LoopwrightError `bad_request` for a run that is none */
async function orderOf({ session, row }: RunRef): Promise<ScoreOrder> {
  const order = await orderIn(session, row.runId, ScoreOrder);
  if (order) return order;
  throw new LoopwrightError(
    'bad_request',
    vscode.l10n.t('{0} does not say what was scored. Score the file again with "Score File…".', plain(row.name, 60)),
  );
}
