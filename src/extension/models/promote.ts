/** Moving an alias or a stage to a version: what its gate says is shown before anything moves. */
import * as vscode from 'vscode';
import { ANY_MODEL } from '../../protocol/config/file';
import { LoopwrightError } from '../../protocol/errors';
import { type GateJudgement, Stage } from '../../protocol/registry';
import { AliasName, type AskedEdit } from '../../protocol/registryEdit';
import type { StoreSession } from '../stores/session';
import { plain, withoutIcons } from '../text';
import { chooseAtGate } from './gatePick';

export interface Promoted {
  readonly session: StoreSession;
  readonly name: string;
  readonly version: number;
}

/** Where a version may go, and the version that is there now. */
interface Place {
  readonly kind: 'alias' | 'stage';
  readonly to: string;
  readonly now: number | null;
}

const SUGGESTED = ['champion', 'challenger'];

/** Asks for an alias, or a stage that has a gate; those with a gate come first, with what it says. */
export async function promote(promoted: Promoted): Promise<void> {
  const { session, name, version } = promoted;
  const { model, known, stage } = await aliasesOf(promoted);
  const gates = await gatesOf(session);
  const gated = [
    ...new Set(gates.filter(({ model: of }) => of === name || of === ANY_MODEL).map(({ alias }) => alias)),
  ];
  const places = [...gated, ...known.filter((alias) => !gated.includes(alias))]
    .map((to): Place => {
      const kind = Stage.safeParse(to).success ? 'stage' : 'alias';
      return { kind, to, now: model.aliases.find(({ alias }) => alias === to)?.version ?? null };
    })
    .filter(({ kind, to, now }) => (kind === 'stage' ? to !== stage : now !== version));
  const judgements = await Promise.all(places.map((place) => judge(promoted, place)));
  const items = places.map((place, index) => ({
    ...itemOf(place),
    detail: summaryOf(judgements[index] ?? null),
    place,
  }));
  const title = vscode.l10n.t('Promote {0} v{1}', plain(name, 60), String(version));
  const placeHolder = vscode.l10n.t('What this version is to be');
  const other = { label: vscode.l10n.t('$(edit) Another Alias…'), place: null };
  const chosen = await vscode.window.showQuickPick([...items, other], { title, placeHolder });
  const place = chosen && (chosen.place ?? (await askForAlias(title)));
  if (place) await moveTo(promoted, place);
}

/** Asks for an alias only. */
export async function giveAlias(promoted: Promoted): Promise<void> {
  const { name, version } = promoted;
  const { model, known } = await aliasesOf(promoted);
  const held = new Map(model.aliases.map(({ alias, version: of }) => [alias, of]));
  const items = known
    .filter((alias) => held.get(alias) !== version)
    .map((to) => {
      const place: Place = { kind: 'alias', to, now: held.get(to) ?? null };
      return { ...itemOf(place), place };
    });
  const title = vscode.l10n.t('Alias of {0} v{1}', plain(name, 60), String(version));
  const other = { label: vscode.l10n.t('$(edit) Another Alias…'), place: null };
  const chosen = await vscode.window.showQuickPick([...items, other], { title });
  const place = chosen && (chosen.place ?? (await askForAlias(title)));
  if (place) await moveTo(promoted, place);
}

/** @returns whether the user did */
export async function approve({ session, name, version }: Promoted): Promise<boolean> {
  const why = await vscode.window.showInputBox({
    title: vscode.l10n.t('Approve {0} v{1}', plain(name, 60), String(version)),
    prompt: vscode.l10n.t('What speaks for it? It is kept with the version; leave it empty to say nothing.'),
  });
  if (why === undefined) return false;
  await edit(session, { op: 'approve', name, version, ...reason(why) });
  return true;
}

/** Shows what the gate says, if there is one, asks for the reason, and moves. */
export async function moveTo(promoted: Promoted, place: Place): Promise<void> {
  const { session, name, version } = promoted;
  const title = vscode.l10n.t('{0} v{1} to {2}', plain(name, 60), String(version), plain(place.to, 60));
  for (;;) {
    const judgement = await judge(promoted, place);
    const choice = judgement ? await chooseAtGate(title, judgement) : 'move';
    if (choice === undefined) return;
    if (choice === 'approve') {
      await approve(promoted);
      continue;
    }
    const past = choice === 'past';
    const why = await askForReason(title, past, place.kind === 'stage' && judgement === null);
    if (why === undefined) return;
    const before = await holderOf(promoted, place);
    try {
      await edit(session, { ...moveOf(name, version, place), past, ...reason(why) });
    } catch (thrown) {
      // The facts have changed since they were shown: they are shown again.
      if (LoopwrightError.from(thrown).code === 'gate_failed') continue;
      throw thrown;
    }
    await offerToTakeBack(promoted, place, before);
    return;
  }
}

async function judge({ session, name, version }: Promoted, { kind, to }: Place): Promise<GateJudgement | null> {
  return (await session.request('registry/judge', { name, version, kind, to })).judgement;
}

/** Of a file that can't be read none are known: what is wrong with it is said where something moves. */
async function gatesOf(session: StoreSession) {
  try {
    return (await session.request('config/check', {})).gates;
  } catch (thrown) {
    if (LoopwrightError.from(thrown).code === 'bad_request') return [];
    throw thrown;
  }
}

async function aliasesOf({ session, name, version }: Promoted) {
  const { model, version: row } = await session.request('registry/version', { name, which: version });
  return { model, stage: row.stage, known: [...new Set([...SUGGESTED, ...model.aliases.map(({ alias }) => alias)])] };
}

function itemOf({ kind, to, now }: Place): vscode.QuickPickItem {
  const taken = now === null ? '' : vscode.l10n.t('now v{0}', String(now));
  return { label: withoutIcons(to), description: kind === 'stage' ? vscode.l10n.t('stage') : taken };
}

function summaryOf(judgement: GateJudgement | null): string {
  if (!judgement) return '';
  const { passed, checks } = judgement.verdict;
  if (passed) return vscode.l10n.t('$(pass) passes its gate');
  const [first] = checks.filter((check) => !check.passed);
  return vscode.l10n.t('$(error) fails its gate: {0}', withoutIcons(plain(first?.text ?? '', 120)));
}

async function askForAlias(title: string): Promise<Place | undefined> {
  const to = await vscode.window.showInputBox({
    title,
    validateInput: (typed) => AliasName.safeParse(typed).error?.issues[0]?.message,
  });
  return to === undefined ? undefined : { kind: 'alias', to, now: null };
}

/** @returns undefined where the user gave up */
async function askForReason(title: string, isNeeded: boolean, isUnasked: boolean): Promise<string | undefined> {
  // A stage without a gate is moved at once, as ever.
  if (isUnasked) return '';
  return vscode.window.showInputBox({
    title,
    prompt: isNeeded
      ? vscode.l10n.t('Why past the gate? The reason is kept with the version, with what failed.')
      : vscode.l10n.t('Why? It is kept with the version; leave it empty to say nothing.'),
    validateInput: (typed) =>
      isNeeded && typed.trim() === '' ? vscode.l10n.t('Moving past a gate takes a reason.') : undefined,
  });
}

const reason = (why: string) => (why.trim() === '' ? {} : { why: why.trim() });

function moveOf(name: string, version: number, { kind, to }: Place): Extract<AskedEdit, { op: 'alias' | 'stage' }> {
  return kind === 'alias'
    ? { op: 'alias', name, version, alias: to }
    : { op: 'stage', name, version, stage: Stage.parse(to) };
}

/** Of an alias the version that has it; of a stage the one in which this version is. */
async function holderOf({ session, name, version }: Promoted, { kind, to }: Place): Promise<number | Stage | null> {
  const { model, version: row } = await session.request('registry/version', { name, which: version });
  return kind === 'stage' ? row.stage : (model.aliases.find(({ alias }) => alias === to)?.version ?? null);
}

/** Back to where it was, unless somebody has moved it since. */
async function offerToTakeBack(promoted: Promoted, place: Place, before: number | Stage | null): Promise<void> {
  const { session, name, version } = promoted;
  const undo = vscode.l10n.t('Undo');
  const said =
    place.kind === 'alias'
      ? vscode.l10n.t('{0} v{1} is {2} now.', plain(name, 60), String(version), plain(place.to, 60))
      : vscode.l10n.t('{0} v{1} is in stage {2} now.', plain(name, 60), String(version), place.to);
  if ((await vscode.window.showInformationMessage(said, undo)) !== undo) return;
  const now = await holderOf(promoted, place);
  if (now !== (place.kind === 'alias' ? version : place.to))
    throw new LoopwrightError('bad_request', 'It has been moved since: there is nothing to undo.');
  const why = vscode.l10n.t('Undone right after it was moved.');
  if (before === null) await edit(session, { op: 'removeAlias', name, alias: place.to, why });
  else if (typeof before === 'number')
    await edit(session, { op: 'alias', name, version: before, alias: place.to, past: true, why });
  else await edit(session, { op: 'stage', name, version, stage: before, past: true, why });
}

async function edit(session: StoreSession, asked: AskedEdit): Promise<void> {
  await session.request('registry/edit', { edits: [asked] });
}
