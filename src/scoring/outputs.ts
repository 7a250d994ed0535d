/** What a model gives, as columns of a table. Pure. */
import type { Port, Signature } from '../inference/datatype';
import { LoopwrightError } from '../protocol/errors';
import type { PlannedOutput, ScorePlan } from '../protocol/score';

const MAX_COLUMNS = 2000;
const CLASS_NAMES = /label|class|predict/i;
const PROBABILITY_NAMES = /prob|score/i;

/**
 * A single value for each row is `prediction`, what belongs to classes `probability_<class>`; outputs of other kinds have their
 * own names, with a number where they have several values for each row.
 *
 * @throws LoopwrightError `bad_request` for what is no value, or a row of values, for each row
 */
export function outputColumns(
  { outputs, labels }: Pick<Signature, 'outputs' | 'labels'>,
  label: string,
): PlannedOutput[] {
  const single = outputs.filter((port) => widthOf(port, label) === 1);
  const [first] = single;
  const prediction = single.length === 1 ? first : single.find(({ name }) => CLASS_NAMES.test(name));
  return outputs.map((port) => {
    const width = widthOf(port, label);
    const classes = labels[port.name];
    const isOfClasses = classes !== undefined || (prediction !== undefined && PROBABILITY_NAMES.test(port.name));
    const stem = port === prediction || outputs.length === 1 ? 'prediction' : isOfClasses ? 'probability' : port.name;
    const columns =
      width === 1
        ? [stem]
        : Array.from(
            { length: width },
            (_, at) => `${stem}_${classes?.length === width ? (classes[at] ?? '') : String(at)}`,
          );
    return { name: port.name, datatype: port.datatype, shape: port.shape.slice(1).map(Number), columns };
  });
}

function widthOf({ name, shape }: Port, label: string): number {
  const [, ...rest] = shape;
  const width = rest.reduce<number>((product, size) => (typeof size === 'number' ? product * size : NaN), 1);
  if (shape.length > 0 && width >= 1 && width <= MAX_COLUMNS) return width;
  throw new LoopwrightError(
    'bad_request',
    `${label}: its output ${name} [${shape.join(', ')}] is no row of columns, which a table needs.`,
  );
}

/** A column of predictions. */
export interface Predicted {
  readonly column: string;
  readonly isNumber: boolean;
  readonly output: PlannedOutput;
  /** Among the columns of its output. */
  readonly at: number;
}

/** The prediction first. */
export const predicted = ({ outputs }: Pick<ScorePlan, 'outputs'>): Predicted[] =>
  outputs
    .flatMap((output) =>
      output.columns.map((column, at) => ({ column, isNumber: output.datatype.startsWith('FP'), output, at })),
    )
    .toSorted((one, other) => Number(other.column === 'prediction') - Number(one.column === 'prediction'));
