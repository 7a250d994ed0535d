/**
 * A notebook that is renamed, or saved under another name, is closed and opened as another document. It is still the one
 * that is followed.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../signal';

/** How long a document that was closed may take to come back under another name: long where a busy machine saves it. */
const PATIENCE_MS = 8_000;

export interface MoversParts<T> {
  readonly isTaken: (document: vscode.NotebookDocument) => boolean;
  readonly take: (one: T, document: vscode.NotebookDocument) => void;
  /** It did not come back. */
  readonly leave: (one: T) => void;
}

interface Leaver<T> {
  readonly one: T;
  readonly uri: string;
  readonly text: string;
  readonly timer: NodeJS.Timeout;
}

export class Movers<T> implements Disposable {
  private readonly disposables = new Disposables();
  private readonly leavers = new Set<Leaver<T>>();
  private readonly openedMs = new WeakMap<vscode.NotebookDocument, number>();
  private readonly renames: { readonly from: string; readonly to: string; readonly atMs: number }[] = [];

  constructor(private readonly parts: MoversParts<T>) {
    this.disposables.track(
      vscode.workspace.onDidOpenNotebookDocument((document) => {
        this.openedMs.set(document, Date.now());
        this.match();
      }),
    );
    this.disposables.track(
      vscode.workspace.onDidRenameFiles(({ files }) => {
        const atMs = Date.now();
        for (const { oldUri, newUri } of files)
          this.renames.push({ from: oldUri.toString(), to: newUri.toString(), atMs });
        this.renames.splice(0, this.renames.length - 100);
        this.match();
      }),
    );
  }

  /** @param document what it was until now */
  left(one: T, document: vscode.NotebookDocument): void {
    const leaver: Leaver<T> = {
      one,
      uri: document.uri.toString(),
      text: textOf(document),
      timer: setTimeout(() => {
        this.leavers.delete(leaver);
        this.parts.leave(one);
      }, PATIENCE_MS),
    };
    this.leavers.add(leaver);
    this.match();
  }

  dispose(): void {
    for (const { timer } of this.leavers) clearTimeout(timer);
    this.leavers.clear();
    this.disposables.dispose();
  }

  private match(): void {
    for (const leaver of [...this.leavers]) {
      const document = vscode.workspace.notebookDocuments.find((one) => this.isNext(leaver, one));
      if (!document) continue;
      clearTimeout(leaver.timer);
      this.leavers.delete(leaver);
      this.parts.take(leaver.one, document);
    }
  }

  private isNext({ uri, text }: Leaver<T>, document: vscode.NotebookDocument): boolean {
    if (document.isClosed || this.parts.isTaken(document)) return false;
    const now = Date.now();
    const next = document.uri.toString();
    const isRenamed = this.renames.some(
      ({ from, to, atMs }) => now - atMs < PATIENCE_MS * 2 && moved(uri, from, to) === next,
    );
    if (isRenamed || next === uri) return true;
    const opened = this.openedMs.get(document);
    return opened !== undefined && now - opened < PATIENCE_MS && textOf(document) === text;
  }
}

/** Where something is after `from`, which it is or lies in, has become `to`. */
function moved(uri: string, from: string, to: string): string | null {
  if (uri === from) return to;
  return uri.startsWith(`${from}/`) ? `${to}${uri.slice(from.length)}` : null;
}

function textOf(document: vscode.NotebookDocument): string {
  return JSON.stringify(document.getCells().map((cell) => cell.document.getText()));
}
