"""Asks endpoints by gRPC as the clients that people have do: serving_grpc.py FOLDER {model: url} {message: {field: [number, type, repeated]}}"""

import asyncio
import importlib
import json
import os
import sys
import types

import grpc
import numpy
import tritonclient.grpc
import tritonclient.grpc.aio
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tritonclient.grpc import service_pb2
from tritonclient.utils import InferenceServerException

folder, urls, tables = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
expected = json.load(open(os.path.join(folder, "expected.json")))


def host(model):
    return urls[model].removeprefix("http://")


def tensorflow_messages():
    """TensorBoard has TensorFlow's own messages under another name: with theirs, the API of TensorFlow Serving needs no TensorFlow."""
    pool, added = descriptor_pool.Default(), set()
    beside = ("meta_graph", "saver", "saved_object_graph", "trackable_object_graph", "struct")

    def place(path):
        name = path.rsplit("/", 1)[-1].removesuffix(".proto")
        return f"tensorflow/core/{'protobuf' if name in beside else 'framework'}/{name}.proto"

    def add(path):
        name = path.rsplit("/", 1)[-1].removesuffix(".proto")
        if name in added:
            return
        added.add(name)
        module = importlib.import_module("tensorboard.compat.proto." + name + "_pb2")
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        for at, needed in enumerate(file.dependency):
            if needed.startswith("tensorboard/"):
                add(needed)
                file.dependency[at] = place(needed)
        file.name, file.package = place(path), "tensorflow"
        renamed(file.message_type)
        pool.AddSerializedFile(file.SerializeToString())
        stub = types.ModuleType(file.name.removesuffix(".proto").replace("/", ".") + "_pb2")
        for message in file.message_type:
            setattr(stub, message.name, message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow." + message.name)))
        put(stub)

    def renamed(messages):
        for message in messages:
            for field in (*message.field, *message.extension):
                if field.type_name.startswith(".tensorboard."):
                    field.type_name = field.type_name.replace(".tensorboard.", ".tensorflow.")
            renamed(message.nested_type)

    def put(module):
        sys.modules[module.__name__] = module
        parent, _, name = module.__name__.rpartition(".")
        if parent:
            if parent not in sys.modules:
                package = types.ModuleType(parent)
                package.__path__ = []
                put(package)
            setattr(sys.modules[parent], name, module)

    for name in ("tensor", "tensor_shape", "types", "meta_graph"):
        add(name)
    # The one that TensorBoard has not: an enumeration, of which only the name is needed.
    codes = descriptor_pb2.FileDescriptorProto(name="tensorflow/core/protobuf/error_codes.proto", package="tensorflow.error", syntax="proto3")
    codes.enum_type.add(name="Code").value.add(name="OK", number=0)
    pool.AddSerializedFile(codes.SerializeToString())
    stub = types.ModuleType("tensorflow.core.protobuf.error_codes_pb2")
    stub.xla_dot_tsl_dot_protobuf_dot_error__codes__pb2 = stub
    put(stub)


tensorflow_messages()
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, predict_pb2  # noqa: E402


def as_described():
    """Each field of ours has the number and the type that the packages have."""
    pool, found = descriptor_pool.Default(), 0
    for name, fields in tables.items():
        message = pool.FindMessageTypeByName(name)
        for key, (number, type_name, repeated) in fields.items():
            field = message.fields_by_name[key]
            told = descriptor_pb2.FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
            if told == "message" and field.message_type.GetOptions().map_entry:
                told = f"map<string, {field.message_type.fields_by_name['value'].message_type.full_name}>"
            elif told == "message":
                told = field.message_type.full_name
            is_many = field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED
            assert (field.number, told, bool(is_many)) == (number, type_name, repeated), (name, key, field.number, told, is_many)
            found += 1
    assert found > 70, found


EVERY = {
    "FLOAT": ("FP32", numpy.array([0.1, -3.4e38, numpy.inf, numpy.nan, 1e-45, -0.0], numpy.float32)),
    "DOUBLE": ("FP64", numpy.array([0.1, 1e308, numpy.inf, 5e-324, -0.0, 3], numpy.float64)),
    "FLOAT16": ("FP16", numpy.array([0.1, 65504, numpy.inf, 6e-8, -0.0, 3], numpy.float16)),
    "INT8": ("INT8", numpy.array([-128, 127, 0, 1, 2, 3], numpy.int8)),
    "INT16": ("INT16", numpy.array([-32768, 32767, 0, 1, 2, 3], numpy.int16)),
    "INT32": ("INT32", numpy.array([-(2**31), 2**31 - 1, 0, 1, 2, 3], numpy.int32)),
    "INT64": ("INT64", numpy.array([-(2**63), 2**63 - 1, 2**53 + 1, 1, 2, 3], numpy.int64)),
    "UINT8": ("UINT8", numpy.array([0, 255, 1, 2, 3, 4], numpy.uint8)),
    "UINT16": ("UINT16", numpy.array([0, 65535, 1, 2, 3, 4], numpy.uint16)),
    "UINT32": ("UINT32", numpy.array([0, 2**32 - 1, 1, 2, 3, 4], numpy.uint32)),
    "UINT64": ("UINT64", numpy.array([0, 2**64 - 1, 2**53 + 1, 2, 3, 4], numpy.uint64)),
    "BOOL": ("BOOL", numpy.array([True, False, True, True, False, False])),
    "STRING": ("BYTES", numpy.array(["", "a", "é𝄞", "x\n\"", "NaN", "z" * 5000], object)),
}
CONTENTS = {"FP32": "fp32", "FP64": "fp64", "INT64": "int64", "UINT64": "uint64", "BOOL": "bool", "BYTES": "bytes"}
VALUES = {"FLOAT": "float", "DOUBLE": "double", "FLOAT16": "half", "INT64": "int64", "UINT32": "uint32", "UINT64": "uint64", "BOOL": "bool", "STRING": "string"}
DTYPES = {"FLOAT": 1, "DOUBLE": 2, "INT32": 3, "UINT8": 4, "INT16": 5, "INT8": 6, "STRING": 7, "INT64": 9, "BOOL": 10, "UINT16": 17, "FLOAT16": 19, "UINT32": 22, "UINT64": 23}


def agree(left, right):
    if left.dtype == object:
        assert [one.decode() if isinstance(one, bytes) else one for one in left.flatten()] == list(right)
    else:
        numpy.testing.assert_array_equal(left, right)


def triton_inputs(module, feeds):
    inputs = []
    for name, (values, datatype) in feeds.items():
        one = module.InferInput(name, values.shape, datatype)
        one.set_data_from_numpy(values)
        inputs.append(one)
    return inputs


def triton():
    feeds = {"in_" + name: (values, datatype) for name, (datatype, values) in EVERY.items()}
    with tritonclient.grpc.InferenceServerClient(host("every")) as client:
        for words in ({}, {"compression_algorithm": "gzip"}, {"compression_algorithm": "deflate"}, {"client_timeout": 20}):
            answer = client.infer("every", triton_inputs(tritonclient.grpc, feeds), request_id="7", **words)
            assert answer.get_response().id == "7"
            for name, (_, values) in EVERY.items():
                agree(answer.as_numpy("out_" + name), values)
        # Typed values, which tritonclient itself does not send.
        asked = service_pb2.ModelInferRequest(model_name="every")
        for name, (datatype, values) in EVERY.items():
            one = asked.inputs.add(name="in_" + name, datatype=datatype, shape=values.shape)
            if name != "FLOAT16":
                key = CONTENTS.get(datatype, "uint" if datatype.startswith("U") else "int") + "_contents"
                plain = [text.encode() for text in values] if name == "STRING" else values.tolist()
                getattr(one.contents, key).extend(plain)
        with grpc.insecure_channel(host("every")) as channel:
            stub = tritonclient.grpc.service_pb2_grpc.GRPCInferenceServiceStub(channel)
            fails(grpc.StatusCode.INVALID_ARGUMENT, "FP16: send it in raw", lambda: stub.ModelInfer(asked))
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("every")
        assert not client.is_model_ready("nothing")
        assert client.get_server_metadata().name == "loopwright"
        assert list(client.get_model_metadata("every").inputs[0].shape) == [-1]
        assert client.get_model_repository_index().models[0].state == "READY"
        for call, words in ((lambda: client.infer("nothing", []), "StatusCode.NOT_FOUND"), (lambda: client.get_inference_statistics(), "StatusCode.UNIMPLEMENTED")):
            try:
                call()
                raise AssertionError("taken")
            except InferenceServerException as error:
                assert error.status() == words, error


def fails(code, words, call):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code and words in error.details(), (error.code(), error.details())
        return
    raise AssertionError("taken")


async def at_once():
    known = expected["classes"]
    rows = numpy.array(known["rows"], numpy.float32)
    async with tritonclient.grpc.aio.InferenceServerClient(host("classes")) as client:
        asked = [client.infer("classes", triton_inputs(tritonclient.grpc.aio, {"X": (rows, "FP32")})) for _ in range(300)]
        for answer in await asyncio.gather(*asked):
            numpy.testing.assert_allclose(answer.as_numpy("output_probability"), numpy.array(known["probabilities"], numpy.float32), rtol=1e-5)


def tensorflow():
    with grpc.insecure_channel(host("every")) as channel:
        # As their stub does, which would load all of TensorFlow's examples.
        def method(path, asks, gives):
            return channel.unary_unary(path, request_serializer=asks.SerializeToString, response_deserializer=gives.FromString)

        service = "/tensorflow.serving.PredictionService/"
        predict = method(service + "Predict", predict_pb2.PredictRequest, predict_pb2.PredictResponse)
        metadata = method(service + "GetModelMetadata", get_model_metadata_pb2.GetModelMetadataRequest, get_model_metadata_pb2.GetModelMetadataResponse)
        status = method("/tensorflow.serving.ModelService/GetModelStatus", get_model_status_pb2.GetModelStatusRequest, get_model_status_pb2.GetModelStatusResponse)
        for as_bytes in (True, False):
            asked = predict_pb2.PredictRequest()
            asked.model_spec.name = "every"
            for name, (_, values) in EVERY.items():
                proto = asked.inputs["in_" + name]
                proto.dtype = DTYPES[name]
                proto.tensor_shape.dim.add(size=6)
                if name == "STRING":
                    proto.string_val.extend(text.encode() for text in values)
                elif as_bytes:
                    proto.tensor_content = values.tobytes()
                else:
                    plain = values.view(numpy.uint16) if name == "FLOAT16" else values
                    getattr(proto, VALUES.get(name, "int") + "_val").extend(plain.tolist())
            answer = predict(asked, timeout=20)
            assert answer.model_spec.name == "every" and answer.model_spec.version.value == 1
            for name, (_, values) in EVERY.items():
                proto = answer.outputs["out_" + name]
                assert proto.dtype == DTYPES[name] and [dim.size for dim in proto.tensor_shape.dim] == [6]
                told = getattr(proto, VALUES.get(name, "int") + "_val")
                if name == "STRING":
                    assert [text.decode() for text in told] == list(values)
                elif name == "FLOAT16":
                    agree(numpy.array(told, numpy.uint16).view(numpy.float16), values)
                else:
                    agree(numpy.array(told, values.dtype), values)
        wanted = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
        wanted.model_spec.name = "every"
        told = get_model_metadata_pb2.SignatureDefMap()
        assert metadata(wanted).metadata["signature_def"].Unpack(told)
        assert told.signature_def["serving_default"].inputs["in_INT64"].dtype == 9
        state = get_model_status_pb2.GetModelStatusRequest()
        state.model_spec.name = "every"
        (one,) = status(state).model_version_status
        assert one.state == get_model_status_pb2.ModelVersionStatus.AVAILABLE and one.version == 1
        fails(grpc.StatusCode.INVALID_ARGUMENT, "Missing ModelSpec", lambda: predict(predict_pb2.PredictRequest()))
        asked.model_spec.name = "nothing"
        fails(grpc.StatusCode.NOT_FOUND, "is not found", lambda: predict(asked))
        health = health_pb2_grpc.HealthStub(channel)
        assert health.Check(health_pb2.HealthCheckRequest()).status == health_pb2.HealthCheckResponse.SERVING
        watched = health.Watch(health_pb2.HealthCheckRequest(service="inference.GRPCInferenceService"))
        assert next(watched).status == health_pb2.HealthCheckResponse.SERVING
        watched.cancel()


as_described()
triton()
tensorflow()
asyncio.run(at_once())
print("all as it was sent")
