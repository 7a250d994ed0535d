/** An input or an output as a table of texts: a row for each along its first dimension. Bounded. Pure. */
import type { ShownTensor } from '../../protocol/pages/endpoint';

const MAX_ROWS = 100;
const MAX_COLUMNS = 50;
const MAX_CELL = 200;

export interface TensorToShow {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Perhaps only the first of its values; null for one that is masked. */
  readonly data: readonly unknown[];
  readonly isMasked?: boolean;
}

export function shownTensor({ name, datatype, shape, data, isMasked = false }: TensorToShow): ShownTensor {
  const [rowCount = 1, ...inner] = shape;
  const columnCount = inner.reduce((product, size) => product * size, 1);
  const width = Math.min(columnCount, MAX_COLUMNS);
  const count = isMasked ? rowCount : Math.min(rowCount, wholeRows(data.length, columnCount, width));
  const rows = Array.from({ length: Math.min(count, MAX_ROWS) }, (_, row) =>
    Array.from({ length: width }, (_one, at) =>
      isMasked ? null : cellOf(data[row * columnCount + at] ?? null, datatype),
    ),
  );
  const columns = inner.length === 0 || columnCount === 1 ? [name] : columnNames(inner, width);
  const isWhole = isMasked || data.length >= rowCount * columnCount;
  return {
    ...{ name, datatype, shape: [...shape], columns: columns.slice(0, width), rows, rowCount, columnCount },
    kept: isWhole ? null : data.length,
  };
}

/** Those of which all that is shown is there. */
const wholeRows = (values: number, columnCount: number, width: number): number =>
  columnCount === 0 ? Infinity : Math.floor(values / columnCount) + (values % columnCount >= width ? 1 : 0);

/** `0`, `1`; of more dimensions `0,1`. */
const columnNames = (inner: readonly number[], width: number): string[] =>
  Array.from({ length: width }, (_, at) => {
    let left = at;
    const places = inner.toReversed().map((size) => {
      const place = left % size;
      left = Math.floor(left / size);
      return place;
    });
    return places.toReversed().join(',');
  });

function cellOf(value: unknown, datatype: string): string | null {
  if (value === null) return null;
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'number'
        ? numberText(value, datatype)
        : typeof value === 'bigint'
          ? value.toString()
          : JSON.stringify(value);
  return text.slice(0, MAX_CELL);
}

/** Of numbers of 32 bits the shortest that is read as the same one: 0.1, not 0.10000000149011612. */
export function numberText(value: number, datatype: string): string {
  if (datatype !== 'FP32' || !Number.isFinite(value) || Math.fround(value) !== value) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
