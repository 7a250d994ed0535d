/** What a reader changes on the run page, and what it keeps of where the reader was. */
import { describe, expect, it } from 'vitest';
import { eventually, open, section, useBrowser } from './browser';
import { fakeRun, row, START_MS } from './fixtures/build';
import { charts, NOTE } from './fixtures/logged';
import * as runs from './fixtures/runs';

useBrowser();

describe('the run page', () => {
  it('is written on: name, star, note and tags, by keys alone', async () => {
    const { page, host, text, shot } = await open({ ...runs.finished(), note: NOTE });
    await eventually(() => text('lw-note')).toContain('Worse than last week');
    expect(await page.evaluate(() => (window as { __xss?: unknown }).__xss)).toBeUndefined();
    expect(await page.locator('lw-note img, lw-note script, lw-note a').count()).toBe(0);
    expect(await text('lw-note')).toContain('<img src=x onerror="window.__xss=1">');
    await page.getByRole('link', { name: 'the ticket' }).click();
    expect(await page.getByRole('link').count()).toBe(1);
    await shot('note-dark-modern-1400');

    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('<b>better</b>名');
    await page.keyboard.press('Enter');
    await eventually(() => page.getByRole('heading', { level: 1 }).innerText()).toBe('<b>better</b>名');
    await page.getByRole('button', { name: 'Star' }).click();
    await eventually(() => page.getByRole('button', { name: 'Star' }).getAttribute('aria-pressed')).toBe('true');

    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const note = page.getByRole('textbox', { name: 'Note, in Markdown' });
    await note.fill('half');
    host.run = { ...host.run, note: 'of another' };
    host.changed();
    await eventually(() => text('lw-note')).toContain('changed elsewhere');
    expect(await note.inputValue()).toBe('half');
    await page.keyboard.press('Escape');
    await eventually(() => text('lw-note')).toBe('of another');
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await note.fill('# Done');
    await page.keyboard.press('Control+Enter');
    await eventually(() => page.getByRole('heading', { level: 3, name: 'Done' }).count()).toBe(1);

    await section(page, /^Tags/).click();
    await page.getByRole('button', { name: 'Remove ticket' }).click();
    await page.getByRole('button', { name: 'Add Tag' }).click();
    await page.getByRole('textbox', { name: 'Tag' }).fill('owner');
    await page.keyboard.press('Tab');
    await page.keyboard.insertText('ada');
    await page.keyboard.press('Enter');
    await eventually(() => text('lw-tags')).toContain('owner ada');
    expect(await text('lw-tags')).not.toContain('FR-118');
    expect(host.requests.filter(({ method }) => method === 'edit').map(({ params }) => params)).toEqual([
      { name: '<b>better</b>名' },
      { starred: true },
      { note: '# Done' },
      { tags: { ticket: null } },
      { tags: { owner: 'ada' } },
    ]);
    expect(host.commands).toEqual([{ command: 'openLink', params: { url: 'https://example.org/FR-118' } }]);
  });

  it("has MLflow's own tags behind a word, and its description as the note alone", async () => {
    const { page, text, shot } = await open({
      ...runs.finished(),
      tags: [
        { key: 'mlflow.note.content', value: 'Worse than last week.' },
        { key: 'mlflow.runName', value: 'rf' },
        { key: 'mlflow.user', value: 'ada' },
        { key: 'stage', value: 'baseline' },
      ],
    });
    await eventually(() => section(page, /^Tags/).innerText()).toContain('1');
    await section(page, /^Tags/).click();
    await eventually(() => text('lw-tags')).toContain('stage baseline');
    expect(await text('lw-tags')).not.toContain('mlflow.');
    await page.getByRole('button', { name: "Show 2 of MLflow's" }).click();
    const list = page.getByRole('list', { name: "MLflow's tags" });
    expect(await list.getByRole('listitem').allInnerTexts()).toEqual(['mlflow.runName rf', 'mlflow.user ada']);
    expect(await list.getByRole('button').count()).toBe(0);
    await shot('mlflow-tags-dark-modern-1400');
    await page.getByRole('button', { name: "Hide MLflow's" }).click();
    expect(await text('lw-tags')).not.toContain('mlflow.');
  });

  it('says why a change was not kept, and has nothing to change where nothing may be', async () => {
    const { page, text } = await open(runs.finished(), {
      prepare: (host) => host.failures.set('edit', 'The store is read-only.'),
    });
    await page.getByRole('button', { name: 'Pin to Top' }).click();
    await eventually(() => text('lw-run-title')).toContain('The store is read-only.');
    const other = await open({ ...runs.finished(), canAct: false, note: 'x' });
    await eventually(() => other.text('lw-note')).toBe('x');
    for (const name of ['Star', 'Pin to Top', 'Edit', 'Add Tag'])
      expect(await other.page.getByRole('button', { name, exact: true }).count()).toBe(0);
  });

  it('has its artifacts as a tree, by keys and by a menu, and finds them', async () => {
    const artifacts = [
      ...Array.from({ length: 450 }, (_, index) => ({
        path: `many/${String(index).padStart(3, '0')}.bin`,
        kind: 'file' as const,
        sizeBytes: 10,
        name: null,
        step: null,
      })),
      ...runs.finished().artifacts,
    ];
    const { page, host, text, shot } = await open({
      ...runs.withoutMetrics(),
      artifacts,
      figures: runs.finished().figures,
    });
    await section(page, /^Artifacts/).click();
    const item = (name: RegExp | string) => page.getByRole('treeitem', { name });
    await item('many').focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => item('199.bin').count()).toBe(1);
    expect(await item('200.bin').count()).toBe(0);
    await page.locator('lw-artifacts').getByRole('button', { name: 'Show More' }).click();
    await eventually(() => item('399.bin').count()).toBe(1);
    await page.keyboard.press('Home');
    await item('many').focus();
    await page.keyboard.press('ArrowLeft');
    await item('figures').focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => item('roc.svg').count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press(' ');
    await eventually(() => page.locator('lw-artifacts img').count()).toBe(1);
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Copy Path' }).click();
    await item('roc.svg').focus();
    await page.keyboard.press('Enter');
    await shot('artifacts-dark-modern-1400');
    await page.getByRole('textbox', { name: 'Search artifacts' }).fill('04');
    await eventually(() => text('lw-artifacts .bar')).toContain('15 found');
    expect(host.commands).toEqual([
      { command: 'copyArtifactPath', params: { path: 'figures/roc.svg' } },
      { command: 'openArtifact', params: { path: 'figures/roc.svg' } },
    ]);
  });

  it('finds a text in output that it does not hold, and goes back to the end', async () => {
    const { page, text, shot } = await open(runs.longOutput());
    const box = page.locator('lw-output .scroll');
    await eventually(() => box.innerText()).toContain('line 19999');
    expect(await box.innerText()).not.toContain('line 1234 ');
    await page.getByRole('textbox', { name: 'Search all output' }).fill('LINE 123');
    await eventually(() => text('lw-output .count')).toBe('111 matches');
    for (let time = 0; time < 12; time++) await page.keyboard.press('Enter');
    await eventually(() => text('lw-output .count')).toBe('12 of 111');
    const seen = () =>
      page.locator('lw-output').evaluate((element) => {
        const [mark] = [...(CSS.highlights.get('lw-output-current') ?? [])] as Range[];
        const box = element.shadowRoot?.querySelector('.scroll')?.getBoundingClientRect();
        const at = mark?.getBoundingClientRect();
        return at && box && at.top >= box.top && at.bottom <= box.bottom ? (mark?.toString() ?? '') : '';
      });
    await eventually(seen).toBe('line 123');
    expect(await box.innerText()).toContain('line 12300');
    await shot('search-dark-modern-1400');
    await page.keyboard.press('Shift+Enter');
    await eventually(() => text('lw-output .count')).toBe('11 of 111');
    await page.getByRole('button', { name: 'Scroll to End' }).click();
    await eventually(() => box.innerText()).toContain('line 19999');
  });

  it('draws what was logged, step by step, and says what it can not draw', async () => {
    const { page, host, text, shot } = await open(charts(), { height: 1700 });
    await eventually(() => text('lw-confusion')).toContain('90.0 % on the diagonal');
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['10', '9', '<img src=x onerror=alert(1)>']);
    await page.getByRole('button', { name: 'Sort by Label' }).click();
    await page.getByRole('button', { name: 'Show Shares' }).click();
    await eventually(() => page.getByRole('rowheader').allInnerTexts()).toEqual([
      '<img src=x onerror=alert(1)>',
      '9',
      '10',
    ]);
    expect(await text('lw-confusion')).toContain('80.0 %');
    await eventually(() => text('lw-curves')).toContain('fraud AUC 0.875');
    await eventually(() => page.locator('lw-curves svg .mark-line path').count()).toBeGreaterThanOrEqual(2);
    await eventually(() => text('lw-logged-table')).toContain(
      'Rows 1 to 50 of 120, the first of 5\u2009000 that were logged',
    );
    await page.getByRole('button', { name: 'loss', exact: true }).click();
    await page.getByRole('button', { name: 'loss', exact: true }).click();
    await eventually(() => page.locator('lw-logged-table tbody tr').first().innerText()).toContain('∞');
    expect(await text('lw-figures')).toContain('test confusion matrix');
    await eventually(() => text('lw-figures')).toContain('Its file is no JSON');
    await eventually(() => text('lw-figures')).toContain('not as many rows and columns as labels');

    const slider = page.getByRole('slider', { name: 'Step of samples' });
    expect(await slider.getAttribute('aria-valuetext')).toBe('step 30, 4 of 4');
    await slider.focus();
    await page.keyboard.press('Home');
    await eventually(() => slider.getAttribute('aria-valuetext')).toBe('step 0, 1 of 4');
    await eventually(() => host.requests.filter(({ method }) => method === 'figure').at(-1)?.params).toEqual({
      path: 'samples.step-0.png',
    });
    await shot('logged-dark-modern-1400');
    await page.getByRole('button', { name: 'Actions for confusion_matrix/test' }).click();
    await page.getByRole('menuitem', { name: 'Save as CSV…' }).click();
    await page.getByRole('button', { name: 'Actions for roc/test' }).click();
    await page.getByRole('menuitem', { name: 'Save as SVG…' }).click();
    await eventually(() => host.commands.map(({ command }) => command)).toEqual(['saveText', 'savePicture']);
    expect(host.commands[0]?.params).toEqual({
      heading: 'confusion_matrix/test',
      text: 'true,10,9,<img src=x onerror=alert(1)>\n10,90,5,5\n9,10,80,10\n<img src=x onerror=alert(1)>,0,0,100\n',
    });
    await page.reload();
    await eventually(() => slider.getAttribute('aria-valuetext')).toBe('step 0, 1 of 4');
    await eventually(() => text('lw-confusion')).toContain('80.0 %');
  });

  it('is the same after a reload: what was searched, unfolded and being written', async () => {
    const run = fakeRun({
      row: row({ timing: { status: 'FAILED', startMs: START_MS, endMs: START_MS + 1 }, exitCode: 1 }),
      artifacts: runs.finished().artifacts,
      output: Buffer.from('needle\n'),
    });
    const { page, text } = await open(run);
    await section(page, /^Artifacts/).click();
    await page.getByRole('treeitem', { name: 'figures' }).click();
    await page.getByRole('textbox', { name: 'Search all output' }).fill('needle');
    await page.getByRole('button', { name: 'More Actions' }).click();
    await page.getByRole('menuitem', { name: 'Add Note' }).click();
    await page.getByRole('textbox', { name: 'Note, in Markdown' }).fill('not saved yet');
    await page.reload();
    await eventually(() => page.getByRole('textbox', { name: 'Note, in Markdown' }).inputValue()).toBe('not saved yet');
    await eventually(() => text('lw-artifacts')).toContain('roc.svg');
    expect(await page.getByRole('textbox', { name: 'Search all output' }).inputValue()).toBe('needle');
  });
});
