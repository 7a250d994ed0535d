/** The text of JSON made of a model's outputs: as a table's rows, or by name. */
import type { NamedTensor } from './datatype';
import { Refused, shown } from './refused';
import { nestedText, valueText } from './tensor';

export interface RowsForm {
  /** Whether a row of one value (`[N, 1]`) is that value, as in a table. */
  readonly isFlat?: boolean;
  /** Whether a single output goes without its name. */
  readonly hidesSoleName?: boolean;
  /** Another text than the usual one of an output's part. */
  readonly textOf?: (output: NamedTensor, depth: number, from: number, span: number) => string;
}

/** A value for each row. @throws Refused where an output has no rows, or others */
export function rowTexts(outputs: readonly NamedTensor[], count: number, form: RowsForm): string[] {
  const odd = outputs.find(({ shape }) => shape[0] !== count);
  if (odd)
    throw new Refused(
      `The output ${shown(odd.name)} is not one value for each row: ask with "inputs" in place of a table.`,
    );
  const [only] = outputs;
  const isBare = form.hidesSoleName === true && outputs.length === 1;
  return Array.from({ length: count }, (_, row) => {
    if (isBare && only) return rowText(only, row, form);
    const texts = outputs.map((output) => `${JSON.stringify(output.name)}:${rowText(output, row, form)}`);
    return `{${texts.join(',')}}`;
  });
}

function rowText(output: NamedTensor, row: number, { isFlat = false, textOf = nestedText }: RowsForm): string {
  const [count = 1, ...rest] = output.shape;
  const width = output.data.length / count;
  if (isFlat && (rest.length === 0 || (rest.length === 1 && width === 1))) return valueText(output, row * width);
  return textOf(output, 1, row * width, width);
}

/** An object with a list for each. */
export function namedText(outputs: readonly NamedTensor[], textOf: (output: NamedTensor) => string = whole): string {
  return `{${outputs.map((output) => `${JSON.stringify(output.name)}:${textOf(output)}`).join(',')}}`;
}

/** Of a single one its own text, of several an object. */
export function soleOrNamedText(outputs: readonly NamedTensor[], textOf = whole): string {
  const [only, ...others] = outputs;
  return only && others.length === 0 ? textOf(only) : namedText(outputs, textOf);
}

const whole = (output: NamedTensor): string => nestedText(output);
