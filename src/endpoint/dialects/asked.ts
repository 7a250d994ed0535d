/** What dialects ask of a request in the same way. */
import { isRecord, type Row } from '../../inference/given';
import { parseJson } from '../../inference/json';
import { Refused, shown } from '../../inference/refused';
import type { Asked, Served } from '../dialect';
import { Failure } from '../failure';

/** That a route's first two parts are what is served. @throws Failure `no_model`, `no_version` */
export function requireModel({ params: [name, version] }: Pick<Asked, 'params'>, served: Served): void {
  if (name !== served.name)
    throw new Failure('no_model', `Model ${shown(name)} is not found. Here is: ${served.name}.`);
  if (version !== undefined && version !== served.version)
    throw new Failure('no_version', `Model ${name} has no version ${shown(version)}. Here is: ${served.version}.`);
}

/** @throws Refused */
export const jsonOf = ({ body }: Asked, { exactIntegers }: Served): unknown =>
  parseJson(body.toString(), { exactIntegers });

/** @throws Refused for what is no object */
export function objectOf(asked: Asked, served: Served): Row {
  const given = jsonOf(asked, served);
  if (isRecord(given)) return given;
  throw new Refused(`The body has to be an object. It is ${Array.isArray(given) ? 'a list' : shown(given)}.`);
}

/** The only one of these that is there. @throws Refused */
export function soleOf<Name extends string>(given: Row, names: readonly Name[]): Name {
  const [name, ...others] = names.filter((one) => Object.hasOwn(given, one));
  if (name !== undefined && others.length === 0) return name;
  const wanted = names.map((one) => `"${one}"`).join(', ');
  const there = Object.keys(given).slice(0, 10).map(shown).join(', ') || 'nothing';
  throw new Refused(`The body has to have exactly one of ${wanted}. It has: ${there}.`);
}
