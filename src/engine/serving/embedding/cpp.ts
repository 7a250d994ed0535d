import type { Datatype } from '../../../inference/datatype';
import type { EmbeddedInput, EmbeddedModel } from './model';
import { countOf, head, inputComment, listed, quoted, unread } from './text';

const TYPES: Readonly<Record<Exclude<Datatype, 'BYTES'>, string>> = {
  ...{ BOOL: 'bool', FP16: 'Ort::Float16_t', FP32: 'float', FP64: 'double' },
  ...{ UINT8: 'uint8_t', UINT16: 'uint16_t', UINT32: 'uint32_t', UINT64: 'uint64_t' },
  ...{ INT8: 'int8_t', INT16: 'int16_t', INT32: 'int32_t', INT64: 'int64_t' },
};

export function asCpp(model: EmbeddedModel): string {
  const read = model.outputs.flatMap(({ name, datatype }) => (datatype === null ? [] : [{ name, datatype }]));
  const others = model.outputs.filter(({ datatype }) => datatype === null);
  const left = others.map((output) => `    ${unread('//', output, 'this code does not read: not asked for')}\n`);
  const prints = read.map(({ name, datatype }, at) => {
    const from = `(${quoted(name, 'cpp')}, outputs[${String(at)}]);`;
    return datatype === 'BYTES' ? `    printTexts${from}` : `    print<${TYPES[datatype]}>${from}`;
  });
  const hasTexts = model.inputs.some(({ datatype }) => datatype === 'BYTES');
  const names = (of: readonly { name: string }[]) =>
    listed(
      of.map(({ name }) => quoted(name, 'cpp')),
      '    ',
    );
  return `${head('//', model, `Needs: ONNX Runtime's headers and library, https://onnxruntime.ai; c++ -std=c++17 … -lonnxruntime`, false)}
#include <onnxruntime_cxx_api.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

static const ORTCHAR_T* const MODEL = ORT_TSTR(${quoted(model.file, 'cpp')});

template <typename T>
void print(const char* name, const Ort::Value& value) {
    const T* data = value.GetTensorData<T>();
    std::cout << name;
    for (size_t at = 0; at < value.GetTensorTypeAndShapeInfo().GetElementCount(); ++at) {
        if constexpr (std::is_same_v<T, Ort::Float16_t>)
            std::cout << ' ' << data[at].ToFloat();
        else
            std::cout << ' ' << +data[at];
    }
    std::cout << '\\n';
}

inline void printTexts(const char* name, const Ort::Value& value) {
    std::cout << name;
    for (size_t at = 0; at < value.GetTensorTypeAndShapeInfo().GetElementCount(); ++at)
        std::cout << ' ' << value.GetStringTensorElement(at);
    std::cout << '\\n';
}

int main() {
    Ort::Env env(ORT_LOGGING_LEVEL_WARNING, "embedded");
    Ort::Session session(env, MODEL, Ort::SessionOptions{});
${hasTexts ? '    Ort::AllocatorWithDefaultOptions allocator;\n' : ''}    auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    std::vector<Ort::Value> inputs;

${model.inputs.map(inputOf).join('\n')}
    const std::vector<const char*> inputNames{${names(model.inputs)}};
${left.join('')}    const std::vector<const char*> outputNames{${names(read)}};
    auto outputs = session.Run(Ort::RunOptions{nullptr}, inputNames.data(), inputs.data(), inputs.size(),
                               outputNames.data(), outputNames.size());
${prints.join('\n')}
    return 0;
}
`;
}

function inputOf(input: EmbeddedInput, at: number): string {
  const { datatype, shape, cells } = input;
  const number = String(at);
  const count = String(countOf(shape));
  const sizes = `    const std::vector<int64_t> shape${number}{${shape.join(', ')}};\n`;
  const comment = `    ${inputComment('//', input)}\n`;
  const values =
    cells &&
    listed(
      cells.map((cell) => valueOf(cell, datatype)),
      '    ',
    );
  if (datatype === 'BYTES')
    return (
      `${comment}${sizes}    const std::vector<const char*> data${number}${values === null ? `(${count}, "")` : `{${values}}`};\n` +
      `    inputs.push_back(Ort::Value::CreateTensor(allocator, shape${number}.data(), shape${number}.size(),\n` +
      `                                              ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING));\n` +
      `    inputs.back().FillStringTensor(data${number}.data(), data${number}.size());\n`
    );
  const type = TYPES[datatype];
  // A vector of truth values has no address of its values.
  const data =
    values === null
      ? `    std::unique_ptr<${type}[]> data${number}(new ${type}[${count}]());\n`
      : `    std::unique_ptr<${type}[]> data${number}(new ${type}[${count}]{${values}});\n`;
  return (
    `${comment}${sizes}${data}` +
    `    inputs.push_back(Ort::Value::CreateTensor<${type}>(memory, data${number}.get(), ${count}, shape${number}.data(),\n` +
    `                                                   shape${number}.size()));\n`
  );
}

const real = (cell: string): string => (/[.e]/.test(cell) ? cell : `${cell}.0`);

const LITERALS: Readonly<Partial<Record<Datatype, (cell: string) => string>>> = {
  BYTES: (cell) => quoted(cell, 'cpp'),
  FP32: (cell) => `${real(cell)}f`,
  FP64: real,
  FP16: (cell) => `Ort::Float16_t(${real(cell)}f)`,
  // The digits are a literal of their own, and one more than fits.
  INT64: (cell) => (cell === '-9223372036854775808' ? 'INT64_MIN' : `${cell}LL`),
  UINT64: (cell) => `${cell}ULL`,
};

const valueOf = (cell: string, datatype: Datatype): string => LITERALS[datatype]?.(cell) ?? cell;
