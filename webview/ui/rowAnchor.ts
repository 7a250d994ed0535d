/** A list in which rows come on top while somebody reads further below. */

/**
 * Where the rows that are seen stand now. Browsers hold the place of a paragraph by themselves, that of a row of a table they
 * don't.
 *
 * @returns to be called when the rows are others: what is still there is moved to where it stood
 */
export function holdRows(scroller: HTMLElement | null | undefined): () => void {
  if (!scroller || scroller.scrollTop === 0) return () => undefined;
  const { top, bottom } = scroller.getBoundingClientRect();
  const seen = [...scroller.querySelectorAll('tbody tr')]
    .map((row) => ({ row, from: row.getBoundingClientRect() }))
    .filter(({ from }) => from.bottom > top && from.top < bottom);
  return () => {
    const left = seen.find(({ row }) => row.isConnected);
    if (left) scroller.scrollTop += left.row.getBoundingClientRect().top - left.from.top;
  };
}
