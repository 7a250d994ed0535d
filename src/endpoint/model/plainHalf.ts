/**
 * Imported before ONNX Runtime: where JavaScript has `Float16Array`, version 1.30 takes tensors of 16 bits in that alone and
 * then reads none of their bytes (microsoft/onnxruntime#26791). Without it their bits are taken.
 */
Reflect.deleteProperty(globalThis, 'Float16Array');
