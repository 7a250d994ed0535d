/** *Copy Embedding Code…*: for which language, and what was asked last. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { EmbeddingLanguage } from '../../protocol/requests/endpoints';
import type { StoreSession } from '../stores/session';
import { startStore } from '../stores/startStore';
import type { EndpointsParts } from '.';
import { copy } from './copy';

export type ChosenModel = (
  | { readonly kind: 'file'; readonly at: vscode.Uri }
  | { readonly kind: 'version'; readonly session: StoreSession; readonly of: { name: string; version: number } }
) & {
  /** For another command on the same. */
  readonly given: unknown;
};

const LAST = 'loopwright.embeddingLanguage';

/** Only where it is an ONNX file of this machine. @throws LoopwrightError `bad_request` */
export function onnxPath(at: vscode.Uri): string {
  if (at.scheme === 'file' && /\.onnx$/i.test(at.fsPath)) return at.fsPath;
  throw new LoopwrightError(
    'bad_request',
    vscode.l10n.t('Choose an ONNX file on this machine. "Convert to ONNX…" makes an ONNX model of others.'),
  );
}

export async function copyEmbeddingCode(parts: EndpointsParts, model: ChosenModel, title: string): Promise<void> {
  if (model.kind === 'file') onnxPath(model.at);
  const language = await chooseLanguage(parts, title);
  if (language === undefined) return;
  const { code } = await codeOf(parts, model, language);
  await copy(code);
}

function codeOf({ stores }: EndpointsParts, model: ChosenModel, language: EmbeddingLanguage) {
  if (model.kind === 'file') {
    const session = stores.forFile(model.at);
    startStore(session);
    return session.request('endpoints/embeddingOfFile', { file: model.at.fsPath, language });
  }
  const { name, version } = model.of;
  return model.session.request('endpoints/embedding', { name, which: version, language });
}

/** The last one first. */
async function chooseLanguage(parts: EndpointsParts, title: string): Promise<EmbeddingLanguage | undefined> {
  const { memory } = parts.models.parts;
  const notRun = vscode.l10n.t('was not run by Loopwright');
  const items: (vscode.QuickPickItem & { readonly language: EmbeddingLanguage })[] = [
    { label: 'Python', description: 'onnxruntime, numpy', language: 'python' },
    { label: 'Node.js', description: 'onnxruntime-node', language: 'node' },
    { label: 'C#', description: `Microsoft.ML.OnnxRuntime · ${notRun}`, language: 'csharp' },
    { label: 'C++', description: `onnxruntime_cxx_api.h · ${notRun}`, language: 'cpp' },
  ];
  const last = memory.get(LAST);
  const sorted = items.toSorted((left, right) => Number(right.language === last) - Number(left.language === last));
  const placeHolder = vscode.l10n.t('The language of the program that runs the model itself');
  const chosen = await vscode.window.showQuickPick(sorted, { title, placeHolder });
  if (chosen) await memory.update(LAST, chosen.language);
  return chosen?.language;
}
