/** The page of an endpoint in a browser: what it says, what is sent, in the four themes of VS Code, wide and narrow. */
import { describe, expect, it } from 'vitest';
import { seriousFindings } from './axe';
import { drawn, eventually, openEndpoint, useBrowser } from './browser';
import { someEndpoint } from './fixtures/endpointHost';
import { type ThemeName } from './harness';

useBrowser();

const THEMES: readonly ThemeName[] = ['dark-modern', 'light-modern', 'hc-dark', 'hc-light'];

describe.each(THEMES)('in %s', (theme) => {
  it.each([1400, 480])('nothing keeps anybody from using it, %i pixels wide', async (width) => {
    const { page, shot } = await openEndpoint(someEndpoint(), { theme, width });
    await drawn(page, 5);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText(/^Answered in 3\.25/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await shot(`endpoint-${theme}-${String(width)}`);
  });
});

it('sends what was written, tells what was refused, and has the call as code', async () => {
  const { page, host, text } = await openEndpoint(someEndpoint());
  const form = page.locator('lw-try-it');
  await form.getByRole('textbox', { name: 'hour' }).fill('7');
  await form.getByRole('textbox', { name: 'hour' }).press('Enter');
  await eventually(() => host.requests.find(({ method }) => method === 'try')?.params).toEqual({
    ...{ form: 'row', columns: ['amount', 'hour', 'age'], cells: ['1', '7', '3'] },
  });
  await eventually(() => text('lw-answer')).toContain('the first 100 of 300 rows');
  expect(await text('lw-try-it pre')).toMatch(/^curl -s 'http:\/\/127\.0\.0\.1:8080/);
  host.failures.set('try', 'Row 1: "hour" takes FP32; "two" is none.');
  await form.getByRole('button', { name: 'JSON', exact: true }).click();
  await form.getByRole('button', { name: 'Send' }).click();
  await form.getByText('Not sent: Row 1: "hour" takes FP32; "two" is none.').waitFor();
});

it('says in words how it is, and offers what can be done then', async () => {
  const { page, host, text } = await openEndpoint(someEndpoint());
  await eventually(() => text('lw-endpoint-header')).toContain('ready · 2 crashes');
  for (const name of ['Stop', 'Restart', 'Open Log']) await page.getByRole('button', { name, exact: true }).waitFor();
  expect(await text('lw-failures')).toContain('Request failed 12 times There was no answer within 30 s.');
  const settings = await text('lw-key-values');
  expect(settings).toContain(
    'Threads 2 for one run of the model; tuned: 32 rows take 2.3\u2009ms with 2 threads, 4.1\u2009ms with 1',
  );
  expect(settings).toContain(
    'Batches up to 32 rows requests that wait are run together; tuned: 1 row takes 0.52\u2009ms, 32 rows take 4.1\u2009ms',
  );
  host.change({ state: 'restarting' });
  await eventually(() => text()).toContain('Until it is back, requests are answered 503.');
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  host.change({ state: 'stopped', log: null, crashes: 0 });
  await eventually(() => text()).toContain('It ended as it was told to. Restart starts it again, at port 8080.');
  expect(await page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'Restart', exact: true }).click();
  await eventually(() => host.commands.at(-1)).toEqual({ command: 'restart', params: {} });
});

it('asks anew what is taken once another model is served, and forgets what the one before answered', async () => {
  const { page, host, text } = await openEndpoint(someEndpoint());
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText(/^Answered in 3\.25/).waitFor();
  const forms = () => host.requests.filter(({ method }) => method === 'form').length;
  const before = forms();
  await page.getByRole('button', { name: 'Change Model…' }).click();
  await eventually(() => host.commands.at(-1)).toEqual({ command: 'change', params: {} });
  host.change({ version: '8' });
  await eventually(forms).toBe(before + 1);
  await eventually(() => text()).not.toContain('Answered in');
  expect(await text('lw-endpoint-header')).toContain('v8');
});

it('shows texts of strangers as texts', async () => {
  const { page, text } = await openEndpoint(someEndpoint('<img src=x onerror="alert(1)"><b>bold</b>'));
  await page.getByRole('button', { name: 'Send' }).click();
  await eventually(() => text('lw-answer')).toContain('<b>bold</b>');
  expect(await page.locator('img, b').count()).toBe(0);
});
