/** What cards and drawings ask the extension for: it has the clipboard and the files. */

export class CopyEvent extends Event {
  static readonly type = 'lw-copy';
  constructor(readonly text: string) {
    super(CopyEvent.type, { bubbles: true, composed: true });
  }
}

/** `csv` has no content: all that was logged does not pass through a page. */
export type Saved =
  | { readonly format: 'svg'; readonly text: string }
  | { readonly format: 'png'; readonly base64: string }
  | { readonly format: 'csv' };

export class SaveEvent extends Event {
  static readonly type = 'lw-save';
  constructor(
    readonly heading: string,
    readonly saved: Saved,
  ) {
    super(SaveEvent.type, { bubbles: true, composed: true });
  }
}
