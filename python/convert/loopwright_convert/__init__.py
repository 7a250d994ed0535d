"""Loading a model of another form, making an ONNX model of it, and comparing what the two predict."""
