/**
 * Tables out of the HTML that libraries make for notebooks. The HTML is parsed into a document that nothing is ever
 * loaded for or run in, and only the text of its cells is taken out.
 */

export interface TableCell {
  readonly text: string;
  readonly isHeading: boolean;
  readonly columns: number;
  readonly rows: number;
}

export interface PlainTable {
  readonly head: readonly (readonly TableCell[])[];
  readonly body: readonly (readonly TableCell[])[];
  /** How many rows its body has, `body` holding the first of them. */
  readonly rowCount: number;
  /** Whether rows are wider than what is kept of them. */
  readonly isNarrowed: boolean;
}

export const MAX_TABLES = 5;
export const MAX_ROWS = 100;
export const MAX_COLUMNS = 60;
const MAX_TEXT = 500;
const MAX_SPAN = 100;

/** @returns the outermost tables, the first few; none where there is none */
export function tablesOf(html: string): PlainTable[] {
  const parsed = new DOMParser().parseFromString(bare(html), 'text/html');
  for (const element of parsed.querySelectorAll('script, style, template, noscript')) element.remove();
  return [...parsed.querySelectorAll('table')]
    .filter((table) => !table.parentElement?.closest('table'))
    .filter((table) => table.rows.length > 0)
    .slice(0, MAX_TABLES)
    .map(plain);
}

/**
 * The page's policy refuses styles and handlers also in a document that is only parsed, and reports each one: attributes
 * that are not needed are left out before. What this misses is reported, nothing more.
 */
function bare(html: string): string {
  return html
    .replaceAll(/<(\/?)style\b/gi, '<$1template')
    .replaceAll(/<([a-z][\w:-]*)(\s[^<>]*|\/[^<>]*)?>/gi, (_, name: string, attributes: string | undefined) => {
      const spans = attributes?.match(/\b(colspan|rowspan)\s*=\s*["']?\d+["']?/gi) ?? [];
      return `<${[name, ...spans].join(' ')}>`;
    });
}

function plain(table: HTMLTableElement): PlainTable {
  const head = [...(table.tHead?.rows ?? [])];
  const body = [...table.rows].filter((row) => !head.includes(row));
  return {
    head: head.slice(0, MAX_ROWS).map(cellsOf),
    body: body.slice(0, MAX_ROWS).map(cellsOf),
    rowCount: body.length,
    isNarrowed: [...head, ...body.slice(0, MAX_ROWS)].some((row) => row.cells.length > MAX_COLUMNS),
  };
}

function cellsOf(row: HTMLTableRowElement): TableCell[] {
  return [...row.cells].slice(0, MAX_COLUMNS).map((cell) => ({
    text: shortened(cell.textContent.replaceAll(/\s+/g, ' ').trim()),
    isHeading: cell.tagName === 'TH',
    columns: span(cell.colSpan),
    rows: span(cell.rowSpan),
  }));
}

const shortened = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

const span = (count: number): number => Math.max(1, Math.min(MAX_SPAN, count));
