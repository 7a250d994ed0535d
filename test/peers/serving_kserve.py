"""Asks endpoints with the clients of KServe's SDK, REST (both protocols) and gRPC, and compares with what Python's runtime says:
serving_kserve.py FOLDER {model: url}"""

import asyncio
import json
import os
import sys

import grpc
import httpx
import numpy
import onnxruntime
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput

folder, urls = sys.argv[1], json.loads(sys.argv[2])
expected = json.load(open(os.path.join(folder, "expected.json")))
random = numpy.random.default_rng(23)


def runtime(model, feeds, wanted):
    return onnxruntime.InferenceSession(os.path.join(folder, model + ".onnx")).run(wanted, feeds)


def agree(told, right):
    told = numpy.asarray(told)
    assert told.shape == right.shape, (told.shape, right.shape)
    if right.dtype == object:
        texts = [one.decode() if isinstance(one, bytes) else one for one in told.flatten()]
        assert texts == right.flatten().tolist(), (texts, right)
    elif right.dtype.kind == "f":
        numpy.testing.assert_allclose(told, right, rtol=1e-5, atol=1e-6)
    else:
        numpy.testing.assert_array_equal(told, right)


TYPES = {
    "FLOAT": ("FP32", numpy.array([0.1, -3.4e38, 1e-45], numpy.float32)),
    "DOUBLE": ("FP64", numpy.array([0.1, 1e308, 5e-324], numpy.float64)),
    "FLOAT16": ("FP16", numpy.array([0.1, 65504, 6e-8], numpy.float16)),
    "INT8": ("INT8", numpy.array([-128, 127, 0], numpy.int8)),
    "INT16": ("INT16", numpy.array([-32768, 32767, 0], numpy.int16)),
    "INT32": ("INT32", numpy.array([-(2**31), 2**31 - 1, 0], numpy.int32)),
    "INT64": ("INT64", numpy.array([-(2**63), 2**63 - 1, 2**53 + 1], numpy.int64)),
    "UINT8": ("UINT8", numpy.array([0, 255, 1], numpy.uint8)),
    "UINT16": ("UINT16", numpy.array([0, 65535, 1], numpy.uint16)),
    "UINT32": ("UINT32", numpy.array([0, 2**32 - 1, 1], numpy.uint32)),
    "UINT64": ("UINT64", numpy.array([0, 2**64 - 1, 2**53 + 1], numpy.uint64)),
    "BOOL": ("BOOL", numpy.array([True, False, True])),
    "STRING": ("BYTES", numpy.array(["", "é𝄞", 'x\n"'], object)),
}


def request_of(model, feeds, isBinary=True, outputs=None, **words):
    inputs = []
    for name, (datatype, values) in feeds.items():
        one = InferInput(name, list(values.shape), datatype)
        # Of numbers of 16 bits there is no JSON, and no list in gRPC.
        one.set_data_from_numpy(values, binary_data=isBinary or datatype == "FP16")
        inputs.append(one)
    return InferRequest(model, inputs, request_outputs=outputs, **words)


async def refused(work, kind):
    try:
        await work
    except kind as error:
        return error
    raise AssertionError("taken")


async def predictions(infer, mixes):
    """The same over REST and gRPC. `infer` takes a model and its request; `mixes`: bytes beside values in one of them."""
    for model in ("classes", "texts"):
        known = expected[model]
        rows = numpy.array(known["rows"], numpy.float32)
        for isBinary in (True, False):
            answer = await infer(model, request_of(model, {"X": ("FP32", rows)}, isBinary, request_id="seven"))
            # Of answers over REST this client does not read the version.
            assert (answer.id, answer.model_name, answer.model_version or "1") == ("seven", model, "1")
            label, probability = (one.as_numpy() for one in answer.outputs)
            agree(label, numpy.array(known["label"], object if model == "texts" else numpy.int64))
            agree(probability, numpy.array(known["probabilities"], numpy.float32))
    for isBinary in (True, False) if mixes else (True,):
        feeds = {"in_" + name: one for name, one in TYPES.items()}
        wanted = [RequestedOutput("out_" + name, {"binary_data": isBinary}) for name in TYPES]
        answer = await infer("every", request_of("every", feeds, isBinary, wanted))
        told = {one.name: one.as_numpy() for one in answer.outputs}
        for name, (_, values) in TYPES.items():
            agree(told["out_" + name], values)
    feeds = {
        "amount": numpy.array([[10.0], [0.25]], numpy.float32),
        "rate": numpy.array([[0.5], [4.0]], numpy.float32),
        "country": numpy.array([["dé𝄞"], ["fr"]], object),
    }
    cost, where = runtime("columns", feeds, ["cost", "where"])
    given = {name: ("BYTES" if name == "country" else "FP32", values) for name, values in feeds.items()}
    told = {one.name: one.as_numpy() for one in (await infer("columns", request_of("columns", given))).outputs}
    agree(told["cost"], cost)
    agree(told["where"], where)
    feeds = [random.normal(size=(count % 3 + 1, 3)).astype(numpy.float32) for count in range(60)]
    answers = await asyncio.gather(*(infer("rows", request_of("rows", {"x": ("FP32", one)})) for one in feeds))
    for one, answer in zip(feeds, answers):
        agree(answer.outputs[0].as_numpy(), runtime("rows", {"x": one}, ["y"])[0])


async def second():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    url = urls["classes"]
    assert await client.is_server_live(url) is True and await client.is_server_ready(url) is True
    assert await client.is_model_ready(url, "classes") is True
    assert await client.is_model_ready(url, "nothing") is False
    await predictions(lambda model, request: client.infer(urls[model], request, model), True)
    wrong = request_of("classes", {"X": ("FP32", numpy.zeros((1, 5), numpy.float32))})
    error = await refused(client.infer(url, wrong, "classes"), httpx.HTTPStatusError)
    assert error.response.status_code == 400 and "the model takes FP32 [?, 4]" in str(error), error
    error = await refused(client.infer(url, wrong, "nothing"), httpx.HTTPStatusError)
    assert error.response.status_code == 404 and "is not found" in str(error), error
    await client.close()


async def first():
    client = InferenceRESTClient(RESTConfig(protocol="v1"))
    url, known = urls["classes"], expected["classes"]
    assert await client.is_server_live(url) is True
    assert await client.is_model_ready(url, "classes") is True
    error = await refused(client.is_model_ready(url, "nothing"), httpx.HTTPStatusError)
    assert error.response.status_code == 404, error
    answer = await client.infer(url, {"instances": known["rows"]}, model_name="classes")
    agree([one["output_label"] for one in answer["predictions"]], numpy.array(known["label"]))
    agree([one["output_probability"] for one in answer["predictions"]], numpy.array(known["probabilities"], numpy.float32))
    rows = random.normal(size=(4, 3)).astype(numpy.float32)
    right = runtime("rows", {"x": rows}, ["y"])[0]
    agree((await client.infer(urls["rows"], {"instances": rows.tolist()}, model_name="rows"))["predictions"], right)
    table = [{"amount": [10.0], "rate": [0.5], "country": ["dé𝄞"]}, {"amount": [2.0], "rate": [4.0], "country": ["fr"]}]
    told = (await client.infer(urls["columns"], {"inputs": table}, model_name="columns"))["predictions"]
    feeds = {name: numpy.array([row[name] for row in table], object if name == "country" else numpy.float32) for name in table[0]}
    cost, where = runtime("columns", feeds, ["cost", "where"])
    agree([one["cost"] for one in told], cost)
    agree(numpy.array([one["where"] for one in told], object), where)
    error = await refused(client.infer(url, {"instances": [[1, 2]]}, model_name="classes"), httpx.HTTPStatusError)
    assert error.response.status_code == 400, error
    error = await refused(client.explain(url, "classes", {"instances": known["rows"]}), httpx.HTTPStatusError)
    assert error.response.status_code == 501 and "no explainers" in str(error), error
    await client.close()


async def calls():
    clients = {model: InferenceGRPCClient(url.removeprefix("http://")) for model, url in urls.items()}
    client = clients["classes"]
    assert await client.is_server_live() and await client.is_server_ready()
    assert await client.is_model_ready("classes") and not await client.is_model_ready("nothing")
    await predictions(lambda model, request: clients[model].infer(request), False)
    wrong = {"X": ("FP32", numpy.zeros((1, 5), numpy.float32))}
    error = await refused(client.infer(request_of("classes", wrong)), grpc.RpcError)
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT and "takes FP32 [?, 4]" in error.details(), error
    error = await refused(client.infer(request_of("nothing", wrong)), grpc.RpcError)
    assert error.code() == grpc.StatusCode.NOT_FOUND, error
    for one in clients.values():
        await one.close()


async def main():
    await first()
    await second()
    await calls()


asyncio.run(main())
print("all as Python's runtime says")
