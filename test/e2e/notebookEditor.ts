/** Notebooks for tests, and reading VS Code's notebook editor. */
import { waitFor } from './support/wait';
import type { WorkbenchWindow } from './support/window';

interface CellText {
  readonly id: string;
  readonly source: string;
  readonly kind?: 'code' | 'markdown';
  readonly tags?: readonly string[];
}

/** The text of an `.ipynb` as Jupyter writes it. */
export function notebook(cells: readonly CellText[]): string {
  return `${JSON.stringify(
    {
      cells: cells.map(({ id, source, kind = 'code', tags = [] }) => ({
        cell_type: kind,
        id,
        metadata: tags.length === 0 ? {} : { tags },
        ...(kind === 'code' ? { execution_count: null, outputs: [] } : {}),
        source: source.split(/(?<=\n)/),
      })),
      metadata: {
        kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
        language_info: { name: 'python' },
      },
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  )}\n`;
}

export class NotebookEditor {
  constructor(private readonly window: WorkbenchWindow) {}

  /** Clicks a button of the active notebook's toolbar, by its tooltip. */
  async toolbarAction(label: string): Promise<void> {
    await this.window.page
      .locator(
        `.notebook-toolbar-container .action-label[aria-label^="${label}"], .notebook-toolbar-container .action-item:has-text("${label}")`,
      )
      .first()
      .click();
  }

  /** What the status bar of the cell says that has this in its text; undefined where it says nothing. */
  async cellStatus(text: string): Promise<string | undefined> {
    const found = await this.cells();
    return found.find((cell) => cell.text.includes(text))?.status;
  }

  /** The text of the cell that is selected. */
  async selectedCell(): Promise<string | undefined> {
    const texts = await this.window.page
      .locator('.notebookOverlay .monaco-list-row.focused .view-lines')
      .allTextContents();
    return texts.at(0)?.replaceAll('\u00a0', ' ');
  }

  /** Selects the cell that has this in its text, not its text. */
  async select(text: string): Promise<void> {
    const row = this.window.page.locator('.notebookOverlay .code-cell-row').filter({ hasText: text }).first();
    await row.locator('.view-lines').click();
    await this.window.page.keyboard.press('Escape');
  }

  /** Types at the end of a cell of the notebook in sight: others are in the page, too. */
  async typeInto(at: number, text: string): Promise<void> {
    const rows = this.window.page.locator('.notebookOverlay .code-cell-row:not([inert] *)');
    await rows.nth(at).locator('.monaco-editor').click();
    await this.window.page.keyboard.type(text);
    await waitFor(`"${text}" in the cell`, async () =>
      ((await rows.nth(at).locator('.view-lines').textContent()) ?? '').replaceAll('\u00a0', ' ').includes(text),
    );
  }

  /** Answers the dialog that asks where to save, once it has proposed its own name, which it does late. */
  async saveAs(proposed: string, file: string): Promise<void> {
    await waitFor(`the proposal of ${proposed}`, async () =>
      (await this.window.quickInput.prompt()).value.includes(proposed),
    );
    await this.window.quickInput.answer(file);
  }

  async waitForCell(text: string, status: RegExp, timeoutMs = 60_000): Promise<string> {
    return waitFor(
      `the cell "${text}" to say ${String(status)}`,
      async () => {
        const found = await this.cellStatus(text);
        return found !== undefined && status.test(found) && found;
      },
      { timeoutMs, seen: () => this.cells() },
    );
  }

  /** The cells in sight. */
  async cells(): Promise<{ text: string; status: string }[]> {
    return this.window.page.locator('.notebookOverlay .code-cell-row').evaluateAll((rows) =>
      rows.map((row) => ({
        text: (row.querySelector('.view-lines')?.textContent ?? '').replaceAll('\u00a0', ' '),
        status: (row.querySelector('.cell-contributed-items-left')?.textContent ?? '').trim(),
      })),
    );
  }

  /** Waits for an output that is a picture, drawn. */
  async picture(): Promise<void> {
    await waitFor('a picture among the outputs', async () => {
      for (const frame of this.window.page.frames()) {
        const isDrawn = await frame
          .locator('.output_container img')
          .evaluateAll((all) => all.some((image) => image instanceof HTMLImageElement && image.naturalWidth > 0))
          .catch(() => false); // closed while we looked
        if (isDrawn) return true;
      }
      return false;
    });
  }

  /** The outputs of a notebook are in one webview; those in sight exist. */
  async output(text: string): Promise<string> {
    return waitFor(
      `an output with "${text}"`,
      async () => {
        for (const frame of this.window.page.frames()) {
          const found = await frame
            .locator('.output_container')
            .allInnerTexts()
            .catch(() => []); // closed while we looked
          const all = found.join('\n');
          if (all.includes(text)) return all;
        }
        return undefined;
      },
      { timeoutMs: 40_000 },
    );
  }
}
