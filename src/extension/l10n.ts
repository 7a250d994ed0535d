/** Text for people, in their language; `vscode.l10n` is one. Handed in where a module must not know VS Code. */
export interface Localizer {
  t(message: string, ...values: (string | number | boolean)[]): string;
}
