/** Packages that something needs and that its interpreter's environment lacks, with what it takes to have them. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import { installPackages } from './install';

export interface Missing {
  readonly python: string;
  readonly packages: readonly string[];
  /** Whose folder's settings and terminals count. */
  readonly at: vscode.Uri;
  /** Does once more what could not be done. `isOther`: with the interpreter that the user has chosen meanwhile. */
  readonly again: (isOther: boolean) => Promise<void>;
}

export class NotebookPackagesMissing extends LoopwrightError {
  readonly names: string;

  constructor(private readonly missing: Missing) {
    const names = missing.packages.join(` ${vscode.l10n.t('and')} `);
    super(
      'notebook_packages_missing',
      vscode.l10n.t(
        '{0} has no {1}, which running a notebook needs. Install what is missing, or choose another interpreter.',
        missing.python,
        names,
      ),
    );
    this.names = names;
  }

  get installTitle(): string {
    return vscode.l10n.t('Install {0}', this.names);
  }

  /** Installs them in a terminal, then does what could not be done. @throws LoopwrightError `bad_request` */
  async install(): Promise<void> {
    const { python, packages, at, again } = this.missing;
    const folder = vscode.workspace.getWorkspaceFolder(at);
    if (!(await installPackages(python, packages, this.installTitle, folder)))
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t('{0} could not be installed. The terminal says why.', this.names),
      );
    await again(false);
  }

  /** @param choose whether the user has chosen another interpreter */
  async takeAnother(choose: () => Promise<boolean>): Promise<void> {
    if (await choose()) await this.missing.again(true);
  }
}
