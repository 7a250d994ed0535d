/** `/loopwright/change`: another model is put behind the endpoint, while it answers. */
import * as z from 'zod';
import type { Port, Signature } from '../inference/datatype';
import { type Answer, type Asked, json, type Served, type Told } from './dialect';
import { Failure } from './failure';
import { object, TEXT } from './schema';

const Wanted = z.object({ id: z.string() });

export const CHANGE: Told = {
  summary: 'Serves another model from now on, as was ordered in the folder of the endpoint',
  asks: () => object({ id: TEXT }),
  gives: () => object({ changed: { type: 'boolean' } }),
};

export async function change({ body }: Asked, served: Served): Promise<Answer> {
  const wanted = Wanted.safeParse(parsed(body));
  if (!wanted.success) throw new Failure('invalid', 'It is asked with {"id": …}, the id of an order.');
  return json(await served.change(wanted.data.id));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** What the clients of one can't ask of the other, or would not find in its answers. Null where they need not know. */
export function unlike(before: Signature, after: Signature): string | null {
  const known = after.outputs.filter(({ name }) => before.outputs.some((one) => one.name === name));
  const said = [...differing('takes', before.inputs, after.inputs), ...differing('gives', before.outputs, known)];
  return said.length === 0 ? null : said.join(', and ');
}

function differing(does: 'takes' | 'gives', before: readonly Port[], after: readonly Port[]): string[] {
  const [one, other] = [words(before), words(after)];
  if (one === other) return [];
  return [other === '' ? `no longer ${does} ${one}` : `${does} ${other} in place of ${one || 'nothing'}`];
}

/** Names of open sizes are the exporter's. */
const words = (ports: readonly Port[]): string =>
  ports
    .map(
      ({ name, datatype, shape }) =>
        `${name} (${datatype} [${shape.map((size) => (typeof size === 'number' ? String(size) : '?')).join(', ')}])`,
    )
    .join(', ')
    .slice(0, 500);
