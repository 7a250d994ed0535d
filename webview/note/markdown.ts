/**
 * Markdown as elements. The parser's tokens become templates, never a string of HTML: what is no Markdown stays text,
 * HTML too. A link is a button that asks the extension, which opens addresses of the web alone; no picture is fetched.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { lexer, type Token, type Tokens } from 'marked';

type OpenLink = (url: string) => void;
type Content = TemplateResult | string | typeof nothing;

type BlockToken =
  | Tokens.Space
  | Tokens.Def
  | Tokens.Heading
  | Tokens.Paragraph
  | Tokens.Blockquote
  | Tokens.List
  | Tokens.Code
  | Tokens.Table
  | Tokens.Hr
  | Tokens.HTML;

type InlineToken =
  | Tokens.Strong
  | Tokens.Em
  | Tokens.Del
  | Tokens.Codespan
  | Tokens.Br
  | Tokens.Link
  | Tokens.Image
  | Tokens.Escape
  | Tokens.Text;

/** How deep lists and quotes may lie in each other; what is deeper stays as it was written. */
const MAX_DEPTH = 20;

export function renderMarkdown(text: string, openLink: OpenLink): Content | readonly Content[] {
  if (isTangled(text)) return html`<pre>${text}</pre>`;
  try {
    return new Renderer(openLink).blocks(lexer(text), 0);
  } catch {
    // Nested so deep that the parser gave up: better as it was written than not at all.
    return html`<pre>${text}</pre>`;
  }
}

/** Parsing is quadratic where marks are opened thousands of times: nobody writes that, but a clone may bring it along. */
function isTangled(text: string): boolean {
  return /^(?:[ \t]*(?:>|[-*+]|\d+[.)])){30}/m.test(text) || (text.match(/[[<]/g)?.length ?? 0) > 3000;
}

class Renderer {
  constructor(private readonly openLink: OpenLink) {}

  blocks(tokens: readonly Token[], depth: number): readonly Content[] {
    return tokens.map((token) => (depth > MAX_DEPTH ? html`<p>${token.raw}</p>` : this.block(token, depth)));
  }

  private block(token: Token, depth: number): Content {
    const known = token as BlockToken;
    switch (known.type) {
      case 'space':
      case 'def':
        return nothing;
      case 'heading':
        return heading(known.depth, this.inline(known.tokens, depth));
      case 'paragraph':
        return html`<p>${this.inline(known.tokens, depth)}</p>`;
      case 'blockquote':
        return html`<blockquote>${this.blocks(known.tokens, depth + 1)}</blockquote>`;
      case 'list':
        return this.list(known, depth);
      case 'code':
        return html`<pre tabindex="0">${known.text}</pre>`;
      case 'table':
        return this.table(known, depth);
      case 'hr':
        return html`<hr />`;
      case 'html':
        return html`<p>${known.text}</p>`;
      default:
        return html`${this.one(token, depth)}`;
    }
  }

  private list({ ordered, start, items }: Tokens.List, depth: number): Content {
    const rows = items.map(
      (item) =>
        html`<li class=${item.task ? 'task' : ''}>
          ${item.task ? html`<input type="checkbox" disabled .checked=${item.checked ?? false} aria-label="done" />` : nothing}
          ${this.blocks(
            item.tokens.filter(({ type }) => type !== 'checkbox'),
            depth + 1,
          )}
        </li>`,
    );
    return ordered
      ? html`<ol start=${Number(start) || 1}>
          ${rows}
        </ol>`
      : html`<ul>
          ${rows}
        </ul>`;
  }

  private table({ header, rows }: Tokens.Table, depth: number): Content {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            ${header.map(({ tokens }) => html`<th scope="col">${this.inline(tokens, depth)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map(({ tokens }) => html`<td>${this.inline(tokens, depth)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  private inline(tokens: readonly Token[] | undefined, depth: number): readonly Content[] {
    if (depth > MAX_DEPTH) return (tokens ?? []).map(({ raw }) => raw);
    return (tokens ?? []).map((token) => this.one(token, depth + 1));
  }

  private one(token: Token, depth: number): Content {
    const known = token as InlineToken;
    switch (known.type) {
      case 'strong':
        return html`<strong>${this.inline(known.tokens, depth)}</strong>`;
      case 'em':
        return html`<em>${this.inline(known.tokens, depth)}</em>`;
      case 'del':
        return html`<del>${this.inline(known.tokens, depth)}</del>`;
      case 'codespan':
        return html`<code>${known.text}</code>`;
      case 'br':
        return html`<br />`;
      case 'link':
        return this.link(known.href, html`${this.inline(known.tokens, depth)}`);
      case 'image':
        return this.link(known.href, html`${known.text || known.href} (picture)`);
      case 'escape':
        return known.text;
      case 'text':
        return known.tokens && known.tokens.length > 0
          ? html`${this.inline(known.tokens, depth)}`
          : decodeEntities(known.text);
      default:
        return token.raw;
    }
  }

  private link(href: string, words: TemplateResult): Content {
    if (!isWebLink(href)) return html`${words} <span class="quiet">(${href})</span>`;
    return html`<button class="link" type="button" role="link" title=${href} @click=${() => this.openLink(href)}>
      ${words}
    </button>`;
  }
}

/** The page has its title above and its sections beside: a note's headings begin below both. */
function heading(depth: number, words: readonly Content[]): Content {
  if (depth === 1) return html`<h3>${words}</h3>`;
  if (depth === 2) return html`<h4>${words}</h4>`;
  return html`<h5>${words}</h5>`;
}

function isWebLink(href: string): boolean {
  const { protocol } = URL.parse(href) ?? {};
  return protocol === 'http:' || protocol === 'https:';
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' };

/** Those that people write; the others stay as they are. The result is text. */
function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,6}));/g, (whole, name?: string, code?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const point = Number(code);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
