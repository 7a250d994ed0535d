/** Pages that few windows show: what makes them is loaded with the first of them, also where VS Code brings one back. */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../signal';

type Panels = Disposable & vscode.WebviewPanelSerializer;

export class LatePanels<P extends Panels> implements Disposable {
  private readonly disposables = new Disposables();
  private made: Promise<P> | null = null;

  constructor(
    viewType: string,
    private readonly make: () => Promise<P>,
  ) {
    this.disposables.track(
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel, state) => (await this.get()).deserializeWebviewPanel(panel, state),
      }),
    );
  }

  get(): Promise<P> {
    return (this.made ??= this.make().then((panels) => this.disposables.track(panels)));
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
