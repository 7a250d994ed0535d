/** The drawing of a model's graph in a browser. Its pictures are in the long tests. */
import { type Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { graphOf, residualNet, single, thicket, transformer } from './fixtures/graphs';
import { openGraph, useGraphBrowser } from './graphHarness';

useGraphBrowser();

/** What comes about by itself, however busy the machine is. */
const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 40_000, interval: 40 });

const node = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const focused = (page: Page) =>
  page.evaluate(
    () => document.querySelector('lw-model-graph')?.shadowRoot?.activeElement?.getAttribute('aria-label') ?? null,
  );
const transform = (page: Page) =>
  page.locator('.world').evaluate((world) => new DOMMatrix((world as SVGGElement).style.transform).toFloat64Array());
const scaleOf = async (page: Page) => (await transform(page))[0] ?? Number.NaN;

/** Whether a node lies within what is seen of the drawing. */
async function isSeen(page: Page, name: string | RegExp): Promise<boolean> {
  const [box, stage] = [await node(page, name).boundingBox(), await page.locator('.stage').boundingBox()];
  if (!box || !stage) return false;
  return (
    box.x >= stage.x &&
    box.y >= stage.y &&
    box.x + box.width <= stage.x + stage.width &&
    box.y + box.height <= stage.y + stage.height
  );
}

it('draws a net from where one begins to read, with a name for each node', async () => {
  const { page } = await openGraph(await residualNet());
  expect(await page.locator('.node').count()).toBe(28);
  expect(await page.locator('.key:not([aria-label])').count()).toBe(0);
  expect(await page.locator('.hit').count()).toBe(31);
  expect(await page.locator('.hit title').first().textContent()).toBe('image');
  expect(await scaleOf(page)).toBe(1);
  expect(await isSeen(page, /^Input, image/)).toBe(true);
  expect(await isSeen(page, /^Output, probabilities/)).toBe(false);
  await page.getByRole('button', { name: 'Show All' }).click();
  await eventually(() => isSeen(page, /^Output, probabilities/)).toBe(true);
  expect(await isSeen(page, /^Input, image/)).toBe(true);
});

it('is one tab stop, walked by keys, and tells what is known of a node', async () => {
  const { page } = await openGraph(await residualNet());
  expect(await page.locator('.key[tabindex="0"]').count()).toBe(1);
  await page.locator('.key[tabindex="0"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await eventually(() => focused(page)).toBe('Relu, /stem/Relu');
  expect(await page.locator('.key[tabindex="0"]').count()).toBe(1);
  await page.keyboard.press('End');
  await eventually(() => focused(page)).toMatch(/^Output, probabilities/);
  await eventually(() => isSeen(page, /^Output, probabilities/)).toBe(true);

  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  const details = page.locator('lw-graph-details');
  await eventually(() => details.textContent()).not.toBeNull();
  await eventually(() => details.getByText('/Softmax').count()).toBeGreaterThan(0);
  await details.getByRole('button', { name: '/fc/Gemm' }).click();
  await eventually(() => details.getByRole('heading').textContent()).toBe('Gemm');
  // Its edges, from end to end.
  expect(await page.locator('.edge.marked').getAttribute('d')).toMatch(/^M.*M/);
  await page.keyboard.press('Escape');
  await eventually(() => details.count()).toBe(0);
  await eventually(() => focused(page)).toBe('Gemm, /fc/Gemm');
});

it('zooms by keys, buttons and Ctrl with the wheel, and leaves the wheel alone to the page', async () => {
  const { page } = await openGraph(await residualNet(), { reducedMotion: true });
  const plot = page.locator('svg.plot');
  await page.locator('.key[tabindex="0"]').focus();
  await page.keyboard.press('+');
  await eventually(() => scaleOf(page)).toBeCloseTo(1.3);
  await page.keyboard.press('-');
  await page.getByRole('button', { name: 'Zoom Out' }).click();
  await eventually(() => scaleOf(page)).toBeCloseTo(1 / 1.3);
  await page.keyboard.press('0');
  await plot.hover({ position: { x: 300, y: 200 } });
  const before = await scaleOf(page);
  await page.mouse.wheel(0, -200);
  expect(await scaleOf(page)).toBe(before);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await eventually(() => scaleOf(page)).toBeGreaterThan(before);
});

it.each([
  [true, 'none'],
  [false, 'transform'],
])('glides to where it is sent unless one wishes for no motion: %s', async (reducedMotion, transition) => {
  const { page } = await openGraph(await residualNet(), { reducedMotion });
  await page.getByRole('button', { name: 'Zoom In' }).click();
  await eventually(() => scaleOf(page)).toBeGreaterThan(1.2);
  const property = page.locator('.world').evaluate((world) => getComputedStyle(world).transitionProperty);
  expect(await property).toBe(transition);
});

it('is dragged, and a drag is no click', async () => {
  const { page } = await openGraph(await residualNet());
  const [, , , , , , , , , , , , x = 0, y = 0] = await transform(page);
  const box = await node(page, 'Relu, /stem/Relu').boundingBox();
  if (!box) throw new Error('not drawn');
  await page.mouse.move(box.x + 10, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x - 50, box.y - 20, { steps: 4 });
  await page.mouse.up();
  const moved = await transform(page);
  expect([moved[12], moved[13]]).toEqual([x - 60, y - 30]);
  expect(await page.locator('lw-graph-details').count()).toBe(0);
  await node(page, 'Relu, /stem/Relu').click();
  await eventually(() => page.locator('lw-graph-details').count()).toBe(1);
});

it('finds nodes, counts them and goes from one to the next', async () => {
  const { page } = await openGraph(await residualNet());
  const field = page.getByRole('textbox', { name: 'Find nodes' });
  const status = page.getByRole('status');
  await field.fill('batchnorm');
  await eventually(() => status.textContent()).toBe('1 of 4');
  expect(await page.locator('.node.found').count()).toBe(4);
  await field.press('Enter');
  await field.press('Enter');
  await field.press('Enter');
  await eventually(() => status.textContent()).toBe('4 of 4');
  await eventually(() => isSeen(page, /^BatchNormalization, \/layer4/)).toBe(true);
  expect(await page.locator('.node.current .key').getAttribute('aria-label')).toMatch(/^BatchNormalization, \/layer4/);
  await field.press('Enter');
  await field.press('Shift+Enter');
  await eventually(() => status.textContent()).toBe('4 of 4');
  await field.fill('no such node');
  await eventually(() => status.textContent()).toBe('Not found');
  await field.press('Escape');
  await eventually(() => status.textContent()).toBe('');
  expect(await page.locator('.node.found').count()).toBe(0);
});

it('is a table, a text and pictures, too', async () => {
  const { page } = await openGraph(await residualNet());
  const saved = <T>(read: string) => page.evaluate<T>(read);
  const choose = async (item: string) => {
    await page.getByRole('button', { name: 'More Actions' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await choose('Save as SVG…');
  await eventually(() => saved('window.saved?.saved?.format')).toBe('svg');
  const svg = await saved<{ root: string; texts: number; odd: number; width: number; heading: string }>(`(() => {
    const parsed = new DOMParser().parseFromString(window.saved.saved.text, 'image/svg+xml');
    return {
      root: parsed.documentElement.localName,
      texts: parsed.querySelectorAll('text').length,
      odd: parsed.querySelectorAll('script, foreignObject, [style], [class], parsererror').length,
      width: Number(parsed.documentElement.getAttribute('width')),
      heading: window.saved.heading,
    };
  })()`);
  expect(svg).toMatchObject({ root: 'svg', odd: 0, heading: 'graph' });
  expect(svg.texts).toBeGreaterThan(56);
  await choose('Save as PNG…');
  await eventually(() => saved('window.saved.saved.format')).toBe('png');
  expect(await saved<string>('window.saved.saved.base64')).toMatch(/^iVBORw0KGgo/);

  await page.getByRole('button', { name: 'Show as Table' }).click();
  await eventually(() => page.getByRole('row').count()).toBe(29);
  expect(await page.getByRole('row').nth(2).getByRole('cell').allTextContents()).toEqual([
    'Conv',
    '/stem/Conv',
    expect.stringContaining('kernel_shape=[7,7]'),
    'image, w',
    's0',
  ]);
  await choose('Copy as Table');
  expect(await saved<string>('window.copied.text')).toMatch(/^Operator\tName\t.*\nInput\timage\t/);
  await page.getByRole('button', { name: 'Show as Table' }).click();
  await eventually(() => page.locator('.node').count()).toBe(28);
  // It is moved as before.
  await page.locator('.key[tabindex="0"]').focus();
  await page.keyboard.press('+');
  await eventually(() => scaleOf(page)).toBeCloseTo(1.3);
});

it('shows names as text, of any script and any length', async () => {
  const names = [
    '<img src=x onerror=alert(1)>',
    '</text><script>alert(1)</script>',
    '模型/第一層/畳み込み',
    'الطبقة الأولى',
    '👩‍👩‍👧‍👦'.repeat(600),
    'x'.repeat(4000),
    'a\tb\nc\u0000d\ufffe',
  ];
  const { page } = await openGraph(
    await graphOf(names.map((name, at) => single(name.slice(0, 60), name, `v${String(at)}`, `v${String(at + 1)}`))),
  );
  expect(await page.locator('.node').count()).toBe(names.length);
  expect(await page.locator('lw-model-graph img, lw-model-graph script').count()).toBe(0);
  expect(await node(page, /الطبقة الأولى/).count()).toBe(1);
  for (const box of await page.locator('.node .box').all())
    expect(Number(await box.getAttribute('width'))).toBeLessThanOrEqual(204);
  const overflow = await page.locator('.node').evaluateAll(
    (nodes) =>
      nodes.filter((one) => {
        const width = one.querySelector('.box')?.getBoundingClientRect().width ?? 0;
        return [...one.querySelectorAll('text')].some((text) => text.getBoundingClientRect().width > width);
      }).length,
  );
  expect(overflow).toBe(0);
  await page.getByRole('button', { name: 'More Actions' }).click();
  await page.getByRole('menuitem', { name: 'Save as SVG…' }).click();
  await eventually(() => page.evaluate('window.saved?.saved.format')).toBe('svg');
  const texts = await page.evaluate<string[]>(`(() => {
    const parsed = new DOMParser().parseFromString(window.saved.saved.text, 'image/svg+xml');
    return [...parsed.querySelectorAll('g > title')].map(({ textContent }) => textContent);
  })()`);
  expect(texts).toHaveLength(names.length);
  expect(texts[0]).toContain('<img src=x onerror=alert(1)>');
});

it('says that there are no nodes, draws one, two, and parts that hang together by nothing', async () => {
  const none = await openGraph(await graphOf([]));
  expect(await none.page.locator('lw-model-graph').getByText('The graph of this model has no nodes.').count()).toBe(1);
  for (const count of [1, 2]) {
    const { page } = await openGraph(
      await graphOf(Array.from({ length: count }, (_, at) => single('Relu', `r${String(at)}`, 'w', `y${String(at)}`))),
    );
    expect(await page.locator('.node').count()).toBe(count);
    expect(await isSeen(page, 'Relu, r0')).toBe(true);
  }
  const parts = await openGraph(
    await graphOf(Array.from({ length: 60 }, (_, at) => single('Relu', `r${String(at)}`, 'w', `y${String(at)}`))),
  );
  await parts.page.getByRole('button', { name: 'Show All' }).click();
  await eventually(() => isSeen(parts.page, 'Relu, r59')).toBe(true);
});

it('summarises trees in words', async () => {
  const { page } = await openGraph(await graphOf([]), {
    ensembles: {
      items: [{ node: '<b>forest</b>', kind: 'regressor', trees: 100, leaves: 4321, depth: 12, features: 30 }],
      total: 3,
    },
  });
  expect(await page.locator('lw-tree-ensembles li, lw-tree-ensembles .quiet').allTextContents()).toEqual([
    '<b>forest</b>: a regressor of 100 trees, at most 12 splits deep, 4\u2009321 leaves in all, asks for 30 features',
    'and 2 more ensembles',
  ]);
});

it('draws a graph of 1,000 nodes, and as many edges as are drawn at all, soon', async () => {
  const folded = await openGraph(await transformer(70));
  expect(await folded.page.locator('.node.group').count()).toBe(70);
  expect(folded.cpuMs).toBeLessThan(2000);
  const { page, cpuMs } = await openGraph(await thicket());
  expect(await page.locator('.hit').count()).toBe(3000);
  expect(cpuMs).toBeLessThan(4000);
});
