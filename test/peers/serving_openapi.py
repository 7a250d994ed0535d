"""Whether /openapi.json is OpenAPI, and says of requests and answers what they are: serving_openapi.py URL"""

import json
import sys
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

url = sys.argv[1]
document = json.load(urllib.request.urlopen(url + "/openapi.json"))
validate(document)
assert document["openapi"] == "3.1.0"
of_type = "application/json"


def check(path, body):
    told = document["paths"][path]["post"]
    address = url + path.replace("{model}", "classes").replace("{version}", "1")
    asked = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": of_type})
    with urllib.request.urlopen(asked) as answer:
        given = json.load(answer)
    Draft202012Validator(told["requestBody"]["content"][of_type]["schema"]).validate(body)
    Draft202012Validator(told["responses"]["200"]["content"][of_type]["schema"]).validate(given)


rows = [[0.5, 1, 2, 3], [4, 5, 6, 7]]
split = {"columns": list("abcd"), "data": rows}
infer = {"inputs": [{"name": "X", "shape": [2, 4], "datatype": "FP32", "data": rows}]}
check("/v2/models/{model}/infer", infer)
check("/v2/models/{model}/versions/{version}/infer", infer)
for body in ({"instances": rows}, {"inputs": {"X": rows}}, {"dataframe_split": split}):
    check("/invocations", body)
for body in ({"instances": rows}, {"inputs": {"X": rows}}, {"inputs": rows}):
    check("/v1/models/{model}:predict", body)
    check("/v1/models/{model}/versions/{version}:predict", body)
for body in (rows, {"X": rows}, {"data": rows}, {"instances": rows}):
    check("/predictions/{model}", body)
for body in ({"input_data": split}, {"input_data": rows}, {"data": rows}, {"Inputs": {"data": rows}}):
    check("/score", body)
wrong = Draft202012Validator(document["paths"]["/score"]["post"]["requestBody"]["content"][of_type]["schema"])
assert not wrong.is_valid({"nothing": rows})
print("as it is told")
