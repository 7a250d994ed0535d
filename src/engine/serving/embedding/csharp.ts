import type { Datatype } from '../../../inference/datatype';
import type { EmbeddedInput, EmbeddedModel } from './model';
import { countOf, head, inputComment, listed, quoted } from './text';

const TYPES: Readonly<Record<Datatype, string>> = {
  ...{ BOOL: 'bool', BYTES: 'string', FP16: 'Float16', FP32: 'float', FP64: 'double' },
  ...{ UINT8: 'byte', UINT16: 'ushort', UINT32: 'uint', UINT64: 'ulong' },
  ...{ INT8: 'sbyte', INT16: 'short', INT32: 'int', INT64: 'long' },
};

export function asCSharp(model: EmbeddedModel): string {
  const inputs = model.inputs.flatMap((input) => [
    `    ${inputComment('//', input)}`,
    `    NamedOnnxValue.CreateFromTensor(${quoted(input.name, 'csharp')}, ${tensorOf(input)}),`,
  ]);
  return `${head('//', model, 'Needs: dotnet add package Microsoft.ML.OnnxRuntime', false)}
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

const string Model = ${quoted(model.file, 'csharp')};

using var session = new InferenceSession(Model);
var inputs = new List<NamedOnnxValue>
{
${inputs.join('\n')}
};
using var outputs = session.Run(inputs);
foreach (var output in outputs)
    Console.WriteLine($"{output.Name} {Text(output.Value)}");

static string Text(object value) => value switch
{
    string text => text,
    NamedOnnxValue one => Text(one.Value),
    IDictionary map => "{" + string.Join(", ", map.Keys.Cast<object>().Select(key => $"{key}: {Text(map[key])}")) + "}",
    IEnumerable many => "[" + string.Join(", ", many.Cast<object>().Select(Text)) + "]",
    _ => Convert.ToString(value, CultureInfo.InvariantCulture),
};
`;
}

function tensorOf({ datatype, shape, cells }: EmbeddedInput): string {
  const type = TYPES[datatype];
  const count = String(countOf(shape));
  const zeros = datatype === 'BYTES' ? `Enumerable.Repeat("", ${count}).ToArray()` : `new ${type}[${count}]`;
  const values =
    cells === null
      ? zeros
      : `new ${type}[] { ${listed(
          cells.map((cell) => valueOf(cell, datatype)),
          '    ',
        )} }`;
  return `new DenseTensor<${type}>(${values}, new int[] { ${shape.join(', ')} })`;
}

const LITERALS: Readonly<Partial<Record<Datatype, (cell: string) => string>>> = {
  BYTES: (cell) => quoted(cell, 'csharp'),
  FP32: (cell) => `${cell}f`,
  FP64: (cell) => `${cell}d`,
  FP16: (cell) => `(Float16)(${cell}f)`,
  INT64: (cell) => `${cell}L`,
  UINT64: (cell) => `${cell}UL`,
};

const valueOf = (cell: string, datatype: Datatype): string => LITERALS[datatype]?.(cell) ?? cell;
