/** Code that runs a model in a process of one's own: what is for Node is run, as it is pasted. */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { embeddedModel, embeddingCode } from '../../src/engine/serving/embedding';
import { classifier, columns } from '../endpoint/models';
import { mirroredRow, mirrors, written } from './embeddingSupport';
import { temporaryFolder } from './models/modelFile';
import { repository } from './support';

/** Where onnxruntime-node is found. */
const run = (code: string) => execFileSync(process.execPath, ['-e', code], { cwd: repository, encoding: 'utf8' });
const row = (...cells: string[]) => ({ columns: cells.map((_, at) => `c${String(at)}`), rows: [cells] }) as never;

it('gives a matrix its row, and leaves out what the runtime does not read', async () => {
  const model = await written(temporaryFolder(), classifier(), row('0', '0.5', '7'));
  const code = embeddingCode(model, 'node');
  expect(code.split('\n').slice(0, 3)).toEqual([
    '// fraud version 3 (ab12): a row through the model, in this process.',
    '// Needs: npm install onnxruntime-node',
    `const MODEL = ${JSON.stringify(model.file)};`,
  ]);
  expect(code).toContain('// float32 [N, 3]: a row of the input example.');
  expect(code).toContain('"probability" is seq(map(int64,tensor(float))), which onnxruntime-node can not read');
  expect(run(code)).toBe('label [ 1 ] BigInt64Array(1) [ 2n ]\n');
});

it('gives several inputs zeros, by name, where no row is known or the row does not fit', async () => {
  for (const example of [null, row('1', '2', '3')]) {
    const code = embeddingCode(await written(temporaryFolder(), columns(), example), 'node');
    expect(code).toContain('// string [N, 1]: zeros.');
    expect(run(code).split('\n')).toEqual([
      'below [ 1, 1 ] Float32Array(1) [ 0 ]',
      "where [ 1, 1 ] [ '' ]",
      'same [ 1, 1 ] BigInt64Array(1) [ 0n ]',
      '',
    ]);
  }
});

it('keeps the values of all types, to the last digit', async () => {
  const said = run(embeddingCode(await written(temporaryFolder(), mirrors(), mirroredRow), 'node'));
  expect(said.trimEnd().split('\n')).toEqual([
    'out float [ 1, 1 ] Float32Array(1) [ -1.5 ]',
    'out uint8 [ 1, 1 ] Uint8Array(1) [ 255 ]',
    'out int8 [ 1, 1 ] Int8Array(1) [ -128 ]',
    'out uint16 [ 1, 1 ] Uint16Array(1) [ 65535 ]',
    'out int16 [ 1, 1 ] Int16Array(1) [ -32768 ]',
    'out int32 [ 1, 1 ] Int32Array(1) [ -7 ]',
    'out int64 [ 1, 1 ] BigInt64Array(1) [ -9223372036854775807n ]',
    String.raw`out string [ 1, 1 ] [ 'say "hé\\n' ]`,
    'out bool [ 1, 1 ] Uint8Array(1) [ 1 ]',
    'out float16 [ 1, 1 ] [ -0.25 ]',
    'out double [ 1, 1 ] Float64Array(1) [ 1e-7 ]',
    'out uint32 [ 1, 1 ] Uint32Array(1) [ 4294967295 ]',
    'out uint64 [ 1, 1 ] BigUint64Array(1) [ 18446744073709551615n ]',
  ]);
});

it('says of C# and C++ that they were not run, with each type as its own', async () => {
  const model = await written(temporaryFolder(), mirrors(), mirroredRow);
  const [sharp, plus] = [embeddingCode(model, 'csharp'), embeddingCode(model, 'cpp')];
  for (const code of [sharp, plus]) expect(code).toContain('// This code was not run by Loopwright');
  expect(sharp).toContain('CreateFromTensor("in int64", new DenseTensor<long>(new long[] { -9223372036854775807L }');
  expect(sharp).toContain('new Float16[] { (Float16)(-0.25f) }');
  expect(sharp).toContain(String.raw`new string[] { "say \"hé\\n" }`);
  expect(plus).toContain('new float[1]{-1.5f}');
  expect(plus).toContain('new Ort::Float16_t[1]{Ort::Float16_t(-0.25f)}');
  expect(plus).toContain('print<uint64_t>("out uint64", outputs[12]);');
});

it('lets no name out of its place', () => {
  const name = 'a"\u2028\u202e\u0001\\\n# {x}';
  const inputs = { items: [{ name, type: 'tensor(float)', shape: [null, 2] }], total: 1 };
  const of = { label: 'm\nimport os', digest: null, file: 'C:\\models\\m.onnx' };
  const model = embeddedModel(of, { inputs, outputs: { ...inputs } }, null);
  const python = embeddingCode(model, 'python');
  expect(python).toContain(String.raw`"a\"\u2028\u202e\u0001\\\n# {x}": np.zeros([1, 2]`);
  expect(python).toContain(String.raw`MODEL = "C:\\models\\m.onnx"`);
  expect(python.split('\n')[0]).toBe('# m import os: a row through the model, in this process.');
  expect(embeddingCode(model, 'cpp')).toContain(String.raw`"a\"\u2028\u202e\001\\\n# {x}"`);
});

it('refuses what it can not write down', () => {
  const of = { label: 'm.onnx', digest: null, file: '/m.onnx' };
  const listOf = (type: string) => ({ items: [{ name: 'x', type, shape: [1] }], total: 1 });
  const floats = listOf('tensor(float)');
  expect(() => embeddedModel(of, { inputs: listOf('tensor(bfloat16)'), outputs: floats }, null)).toThrow(
    'No code is written for m.onnx: its input x is tensor(bfloat16).',
  );
  expect(() => embeddedModel(of, { inputs: { ...floats, total: 300 }, outputs: floats }, null)).toThrow('300 inputs');
  const lists = embeddedModel(of, { inputs: floats, outputs: listOf('seq(tensor(float))') }, null);
  expect(() => embeddingCode(lists, 'node')).toThrow('no output that is a tensor (seq(tensor(float)))');
  expect(embeddingCode(lists, 'python')).toContain('session.run(None, inputs)');
});
