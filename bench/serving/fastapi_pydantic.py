"""FastAPI as most people write it: a pydantic model for the body, ONNX Runtime in the handler."""

import os

import numpy
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options)
name = session.get_inputs()[0].name
app = FastAPI()


class Rows(BaseModel):
    inputs: list[list[float]]


@app.post("/predict")
async def predict(rows: Rows):
    outputs = session.run(None, {name: numpy.array(rows.inputs, numpy.float32)})
    return {"outputs": [output.tolist() for output in outputs]}
