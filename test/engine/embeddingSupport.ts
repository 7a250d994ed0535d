/** Models whose embedding code is run, and what is known of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedModel } from '../../src/engine/serving/embedding';
import type { Table } from '../../src/engine/serving/call';
import { typed } from '../endpoint/models';
import { inspect } from './models/modelFile';
import { graph, model, node } from './models/onnxWriter';

/** As ONNX numbers them. */
export const ELEMENTS = {
  ...{ float: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9 },
  ...{ float16: 10, double: 11, uint32: 12, uint64: 13 },
};

/** Gives back what it is given, of each type an input of its name. */
export const mirrors = (): Buffer => {
  const names = Object.entries(ELEMENTS);
  return model(
    graph({
      nodes: names.map(([name]) => node('Identity', [`in ${name}`], [`out ${name}`])),
      inputs: names.map(([name, element]) => typed(`in ${name}`, element, ['N', 1])),
      outputs: names.map(([name, element]) => typed(`out ${name}`, element, ['N', 1])),
    }),
  );
};

export const MIRRORED: Readonly<Record<keyof typeof ELEMENTS, string>> = {
  ...{ float: '-1.5', uint8: '255', int8: '-128', uint16: '65535', int16: '-32768', int32: '-7' },
  ...{ int64: '-9223372036854775807', string: 'say "hé\\n', bool: 'True', float16: '-0.25', double: '1e-7' },
  ...{ uint32: '4294967295', uint64: '18446744073709551615' },
};

export const mirroredRow: NonNullable<Table> = {
  columns: Object.keys(MIRRORED).map((name) => `in ${name}`),
  rows: [Object.values(MIRRORED)],
} as NonNullable<Table>;

export async function written(folder: string, bytes: Buffer, example: Table, label = 'fraud version 3') {
  const file = join(folder, 'model.onnx');
  writeFileSync(file, bytes);
  const inspection = await inspect(file);
  if (inspection.format !== 'onnx') throw new Error(`told as ${inspection.format}`);
  return embeddedModel({ label, digest: 'ab12', file }, inspection, example);
}
