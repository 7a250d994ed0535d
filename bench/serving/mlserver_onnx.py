"""ONNX Runtime as a runtime of MLServer, which has none of its own."""

import numpy
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class OnnxModel(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(self.settings.parameters.uri, options)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        feeds = {one.name: NumpyCodec.decode_input(one).astype(numpy.float32) for one in payload.inputs}
        outputs = self.session.run(None, feeds)
        names = [output.name for output in self.session.get_outputs()]
        told = [NumpyCodec.encode_output(name, output) for name, output in zip(names, outputs)]
        return InferenceResponse(model_name=self.name, outputs=told)
