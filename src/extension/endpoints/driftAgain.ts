/** From the page of a comparison: the same tables once more, by other settings. */
import * as vscode from 'vscode';
import { DriftOrder, DriftSettings } from '../../protocol/drift';
import { mergedSettings, settingsBeside } from '../../protocol/driftSettings';
import { LoopwrightError } from '../../protocol/errors';
import type { RunRef } from '../commands/pickRun';
import { plain } from '../text';
import type { EndpointsParts } from '.';
import { beginDrift } from './drift';
import { driftOrderOf } from './driftSettings';
import { orderIn } from './order';
import { mayServe } from './serve';

export interface DriftChange {
  /** Of the form of `DriftSettings`. */
  readonly change: unknown;
  /** Whether it stands in `loopwright.yaml`. */
  readonly isKept: boolean;
}

/** What was said for that comparison alone is said again, and `loopwright.yaml` is read anew. */
export async function driftAgain(
  parts: EndpointsParts,
  { session, row }: RunRef,
  { change: asked, isKept }: DriftChange,
): Promise<void> {
  const before = await orderIn(session, row.runId, DriftOrder);
  if (!before)
    throw new LoopwrightError(
      'bad_request',
      vscode.l10n.t(
        '{0} does not say what was compared. Compare the tables again with "Compare for Drift…".',
        plain(row.name, 60),
      ),
    );
  if (!(await mayServe(session))) return;
  const change = DriftSettings.parse(asked);
  const given = isKept ? settingsBeside(before.given, change) : mergedSettings(before.given, change);
  await beginDrift(parts, session, await driftOrderOf(session, before, given));
}
