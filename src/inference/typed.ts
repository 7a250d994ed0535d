/** Tensors of values that came as typed lists, wider than the tensor's type may be: as protobuf has them. */
import { type Datatype, DATATYPES, type Tensor, type Values } from './datatype';
import { Refused, shown } from './refused';
import { elementsOf } from './tensor';

/** What a short list may be made to. */
const MAX_REPEATED_BYTES = 64 * 1024 * 1024;

/**
 * @param repeatsLast whether a list may be too short: its last value, or zero, stands for the rest
 * @throws Refused
 */
export function tensorOfTyped(
  datatype: Datatype,
  shape: readonly number[],
  given: Values,
  name: string,
  repeatsLast = false,
): Tensor {
  const count = elementsOf(shape, name);
  if (given.length !== count && !(repeatsLast && given.length < count))
    throw new Refused(
      `${shown(name)} has ${String(given.length)} values; its shape [${shape.join(', ')}] needs ${String(count)}.`,
    );
  const { bytes, make } = DATATYPES[datatype];
  if (given.length < count && count * (bytes ?? 8) > MAX_REPEATED_BYTES)
    throw new Refused(`${shown(name)} has one value for many: of ${String(count)} each has to be sent.`);
  const isWhole = given.length === count && given.constructor === make(0).constructor;
  return { datatype, shape, data: isWhole ? given : fitted(make(count), given, datatype, name) };
}

function fitted(made: Values, given: Values, datatype: Datatype, name: string): Values {
  const values = made as unknown[];
  for (let at = 0; at < given.length; at++) {
    const value = given[at];
    values[at] = value;
    // What does not fit has become another number.
    if (!Object.is(values[at], value)) throw new Refused(`${shown(name)} takes ${datatype}; ${shown(value)} is none.`);
  }
  const last = given.at(-1);
  if (last !== undefined) values.fill(last, given.length);
  return made;
}
