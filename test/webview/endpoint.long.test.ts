/** The page of an endpoint in a browser: what it says, what is sent, in the four themes of VS Code, wide and narrow. */
import { describe, expect, it } from 'vitest';
import { seriousFindings } from './axe';
import { drawn, eventually, openEndpoint, useBrowser } from './browser';
import { someEndpoint, someRequests } from './fixtures/endpointHost';
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
    await page.getByRole('button', { name: 'Row of a Table…' }).click();
    await page.getByLabel('Row of transactions.csv').waitFor();
    const list = page.getByRole('region', { name: 'The last requests' });
    await list.getByRole('button', { expanded: false }).nth(2).click();
    await page.getByRole('region', { name: 'Inputs' }).waitFor();
    await page.locator('lw-section[data-section="recent"]').evaluate((element) => element.scrollIntoView());
    expect(await seriousFindings(page)).toEqual([]);
    await shot(`endpoint-recent-${theme}-${String(width)}`);
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

it('tells the last requests, and has what the log has of one of them', async () => {
  const { page, host, text } = await openEndpoint(someEndpoint());
  const list = page.getByRole('region', { name: 'The last requests' });
  await eventually(() => text('lw-recent')).toContain('Requests are kept for 7 days, up to 256 MB; amount is masked.');
  expect(await list.locator('tbody tr').count()).toBe(50);
  expect(await list.locator('tbody tr').nth(1).innerText()).toMatch(
    /Open Inference Protocol, gRPC\s+v3\s+7\u2009501\s+1.25\u2009ms\s+200\s+LoM3-999/,
  );
  expect(await list.locator('tbody tr').nth(6).innerText()).toContain('400 Row 1: "amount" takes FP32; "two" is none.');
  await list.getByRole('button', { name: 'Copy request id LoM3-999' }).click();
  await eventually(() => host.commands.at(-1)).toEqual({ command: 'copy', params: { text: 'LoM3-999' } });

  await list.locator('tr[data-key$=" 998"] button').first().click();
  const asked = () => host.requests.findLast(({ method }) => method === 'logged')?.params;
  await eventually(asked).toMatchObject({ id: 'LoM3-998', tookMs: 9.25 });
  const opened = page.getByRole('region', { name: 'Request LoM3-998' });
  await eventually(() => opened.locator('lw-key-values dl').innerText()).toMatch(/Label\s*\[1,"amount"\]/);
  const inputs = opened.getByRole('region', { name: 'Inputs' });
  expect(await inputs.locator('tbody tr').nth(1).innerText()).toMatch(/2\s+amount\s+masked\s+1/);
  await eventually(() => text('lw-logged-request')).toContain(
    'The log keeps the first 2\u2009048 of 10\u2009000 values.',
  );

  host.failures.set('logged', 'The log was not read within 10 s. Try again.');
  await opened.getByRole('button', { name: 'Look Again' }).click();
  await opened.getByText('The log was not read within 10 s. Try again.').waitFor();
  host.failures.clear();
  host.logged = { found: null, why: 'It is not in the log.' };
  await opened.getByRole('button', { name: 'Look Again' }).click();
  await opened.getByText('It is not in the log.').waitFor();

  const [first, second] = someRequests(2, 1001);
  if (!first || !second) throw new Error('there are two');
  const atOnce = [first, { ...second, timeMs: first.timeMs }];
  host.tell(atOnce);
  for (const { number, id } of atOnce) {
    await list
      .locator(`tr[data-key$=" ${String(number)}"] button`)
      .first()
      .click();
    await eventually(asked).toMatchObject({ id });
  }
});

it('keeps what is opened, the focus and the place while requests pour in', async () => {
  const { page, host } = await openEndpoint(someEndpoint());
  const list = page.getByRole('region', { name: 'The last requests' });
  await list.locator('tr[data-key$=" 991"] button').first().click();
  await page.getByRole('region', { name: 'Request LoM3-991' }).waitFor();
  const scroll = () => page.evaluate(() => window.scrollY);
  const before = await scroll();
  const focused = () =>
    page.evaluate(() => {
      let inner = document.activeElement;
      while (inner?.shadowRoot?.activeElement) inner = inner.shadowRoot.activeElement;
      return inner?.closest('tr')?.dataset.key?.split(' ')[1];
    });
  expect(await focused()).toBe('991');
  // None of those that were there is among the newest any more.
  for (const last of [1200, 1400, 1600]) {
    host.tell(someRequests(50, last));
    await eventually(() => list.locator('tbody tr').first().getAttribute('data-key')).toContain(` ${String(last)}`);
  }
  expect(await list.locator('tbody tr').count()).toBe(51);
  expect(await focused()).toBe('991');
  expect(await scroll()).toBe(before);
  expect(host.requests.filter(({ method }) => method === 'logged')).toHaveLength(1);
  await page.getByRole('button', { name: 'Close the Request' }).click();
  expect(await focused()).toBe('991');

  // A few that come on top move nothing that is looked at further below.
  const isFirst = (last: number) =>
    eventually(() => list.locator('tbody tr').first().getAttribute('data-key')).toContain(` ${String(last)}`);
  host.tell(someRequests(50, 1603));
  await isFirst(1603);
  const place = (key: string) =>
    list.locator(`tr[data-key$=" ${key}"]`).evaluate((row) => row.getBoundingClientRect().top);
  await list.evaluate((element) => element.scrollTo(0, 300));
  const top = await place('1580');
  host.tell(someRequests(50, 1606));
  await isFirst(1606);
  expect(Math.abs((await place('1580')) - top)).toBeLessThan(2);

  await page.getByRole('button', { name: 'Hold' }).click();
  host.tell(someRequests(50, 1620));
  await page.getByText('New requests are held back (14).').waitFor();
  expect(await list.locator('tbody tr').first().getAttribute('data-key')).toContain(' 1606');
});

it('says so where nothing is kept, nothing was asked, or an older endpoint does not tell it', async () => {
  const { page, host, text } = await openEndpoint(someEndpoint());
  host.change({ requestLog: null });
  await eventually(() => text('lw-recent')).toContain('No request is kept (--log off).');
  const list = page.getByRole('region', { name: 'The last requests' });
  expect(await list.getByRole('button', { expanded: false }).count()).toBe(0);
  host.tell([]);
  await eventually(() => text('lw-recent')).toContain('Nothing was asked since it was started.');
  host.tell(null);
  await eventually(() => text('lw-recent')).toContain('of an older build, which does not tell its requests');
  host.model = { ...host.model, told: null };
  host.change({ process: { pid: 43, start: '2' } });
  await eventually(() => text('lw-recent')).toContain('is told by the endpoint while it answers');
});

it('fills the form with a row of a table', async () => {
  const { page, host, text } = await openEndpoint(someEndpoint());
  const form = page.locator('lw-try-it');
  const choose = form.getByRole('button', { name: 'Row of a Table…' });
  await choose.click();
  await form.getByLabel('Row of transactions.csv').selectOption({ label: '6: 5, 1.25, x, "y"' });
  expect(await form.getByRole('textbox', { name: 'hour' }).inputValue()).toBe('1.25');
  expect(await text('lw-try-it')).toContain('transactions.csv: its first 100 rows; left out: id, label.');
  await form.getByRole('button', { name: 'CSV', exact: true }).click();
  expect(await form.locator('textarea').inputValue()).toBe('amount,hour,age\n5,1.25,"x, ""y"""');
  host.failures.set('table', 'other.csv does not fit the model. Missing columns: "age".');
  await choose.click();
  await form.getByText('Not read: other.csv does not fit the model. Missing columns: "age".').waitFor();
  expect(await form.getByLabel(/^Row of transactions/).count()).toBe(0);
});

it('has a form of 100 fields that is looked at in parts', async () => {
  const { page, shot } = await openEndpoint(someEndpoint('amount', 100));
  const form = page.locator('lw-try-it');
  await form.getByRole('textbox', { name: 'column 99' }).waitFor();
  const fields = form.locator('.fields');
  const [height, all] = await fields.evaluate((element) => [element.clientHeight, element.scrollHeight] as const);
  expect(height).toBeLessThanOrEqual(430);
  expect(all).toBeGreaterThan(height);
  expect(await form.locator('.takes').evaluate((element) => element.clientHeight)).toBeLessThan(80);
  await form.scrollIntoViewIfNeeded();
  await shot('endpoint-hundred');
});

it('shows texts of strangers as texts', async () => {
  const { page, text } = await openEndpoint(someEndpoint('<img src=x onerror="alert(1)"><b>bold</b>'));
  await page.getByRole('button', { name: 'Send' }).click();
  await eventually(() => text('lw-answer')).toContain('<b>bold</b>');
  const list = page.getByRole('region', { name: 'The last requests' });
  await list.getByRole('button', { expanded: false }).first().click();
  await eventually(() => text('lw-logged-request')).toContain('<b>bold</b>');
  expect(await page.locator('img, b').count()).toBe(0);
});
