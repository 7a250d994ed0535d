import { expect, it } from 'vitest';
import { pageHtml } from '../../src/extension/panels/html';

const document = {
  title: '</title><script>alert(1)</script>',
  language: 'en',
  scriptUri: 'https://x/run.js',
  styleUri: 'https://x/run.css',
  cspSource: 'https://*.vscode-cdn.net',
  nonce: 'abc_-123',
  state: { runId: `a"'<b>` },
};

it('allows its own script, style, font and pictures, and nothing else', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(pageHtml(document))?.[1]?.replaceAll('&#39;', "'");
  expect(policy).toBe(
    "default-src 'none'; script-src 'nonce-abc_-123'; style-src https://*.vscode-cdn.net; font-src https://*.vscode-cdn.net; img-src https://*.vscode-cdn.net data:",
  );
});

it('shows whatever a run is called as text', () => {
  const html = pageHtml(document);
  expect(html).toContain('&lt;/title&gt;&lt;script&gt;');
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain('content="{&quot;runId&quot;:&quot;a\\&quot;&#39;&lt;b&gt;&quot;}"');
});

it('brings answers along that no text in them can break out of', () => {
  const answers = [{ method: 'load', params: {}, value: { note: '</script><script>alert(1)</script><!--' } }];
  const html = pageHtml({ ...document, answers, partUris: ['https://x/run/part.js'] });
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toContain('<!--');
  const json = /<script type="application\/json" id="loopwright-answers">([^]*?)<\/script>/.exec(html)?.[1];
  expect(JSON.parse(json ?? '')).toEqual(answers);
  expect(html).toContain('<link rel="modulepreload" nonce="abc_-123" href="https://x/run/part.js">');
});
