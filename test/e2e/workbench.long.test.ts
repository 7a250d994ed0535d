import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkbench, type Workbench } from './support/workbench';

/** That the test support itself works: VS Code alone, nothing of ours in it. The other tests have the dark theme. */
describe('a bare light workbench', () => {
  const theme = 'light';
  let workbench: Workbench;

  beforeAll(async () => {
    const files = { 'train.py': 'print("hi")\n', 'README.md': '# A heading\n' };
    workbench = await openWorkbench({ theme, withoutLoopwright: true, files });
  });
  afterAll(() => workbench.close());

  test('opens files and runs commands from the palette', async () => {
    await workbench.openFile('train.py');
    expect(await workbench.editorTitles()).toEqual(['train.py']);
    await workbench.command('View: Close All Editors');
    await expect.poll(() => workbench.editorTitles(), { timeout: 5_000 }).toEqual([]);
  });

  test('has a terminal that runs what is typed', async () => {
    await workbench.command('Terminal: Create New Terminal');
    await workbench.terminal.type('echo hi $((40 + 2))');
    expect(await workbench.terminal.waitForText('hi 42')).toContain('$((40 + 2))');
    await workbench.openFile('train.py');
    await workbench.screenshot(`workbench-${theme}`);
  });

  test('shows webviews', async () => {
    await workbench.openFile('README.md');
    await workbench.command('Markdown: Open Preview');
    const page = await workbench.webviewFrame('Preview README.md');
    expect(await page.locator('h1').innerText()).toBe('A heading');
    await workbench.command('View: Close Editor');
  });

  test('comes back after a reload', async () => {
    // In a browser VS Code writes down what is open once a minute.
    await workbench.page.waitForTimeout(65_000);
    await workbench.reload();
    await expect.poll(() => workbench.editorTitles(), { timeout: 15_000 }).toContain('README.md');
    expect(workbench.consoleErrors).toEqual([]);
  });
});
