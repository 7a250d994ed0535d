"""Artifacts: up and down, single and in folders, under every name that a file may have, and never outside the store."""
import hashlib
import os
import unittest
from urllib.parse import quote

import mlflow
from support import CLIENT, TOKEN, ConformanceTest, Version

NAMES = ("plain.txt", "with space.txt", "100%.txt", "größe.txt", "モデル.txt", "a+b&c=d;e,f.txt", "[brackets]{braces}.txt",
         "'quotes'.txt", "~tilde$dollar!.txt", ".hidden", "no-end")
# What log_image makes; the clients before it did not get such a name right themselves.
IMAGE_NAME = "img%step%0%timestamp%1795448247990%me5b8e76.png"
# Clients put a name into the address as it is, and cut or decode these themselves.
WIRE_NAMES = ("ask?me.txt",)
# MLflow's own server decodes a name until nothing changes, and refuses what might be a fragment.
NAMES_OF_OURS = ("a%20b.txt", "%2e%2e.txt", "hash#tag.txt")


class Up(ConformanceTest):
    def setUp(self):
        super().setUp()
        self.run_id = self.run_of()

    def listed(self, path=None):
        return [(file.path, file.is_dir, file.file_size) for file in self.client.list_artifacts(self.run_id, path)]

    def downloaded(self, path=""):
        return self.client.download_artifacts(self.run_id, path, str(self.folder()))

    def content(self, path):
        with open(self.downloaded(path), "rb") as file:
            return file.read()

    def test_a_run_without_any(self):
        self.assertEqual(self.listed(), [])
        self.assertEqual(self.listed("nobody"), [])

    def test_a_file(self):
        file = self.folder() / "model.bin"
        file.write_bytes(bytes(range(256)) * 10)
        self.client.log_artifact(self.run_id, str(file))
        self.client.log_artifact(self.run_id, str(file), "deep/er")
        self.assertEqual(self.listed(), [("deep", True, None), ("model.bin", False, 2560)])
        self.assertEqual(self.listed("deep"), [("deep/er", True, None)])
        self.assertEqual(self.listed("deep/er"), [("deep/er/model.bin", False, 2560)])
        self.assertEqual(self.content("deep/er/model.bin"), bytes(range(256)) * 10)

    def test_an_empty_file(self):
        file = self.folder() / "empty"
        file.touch()
        self.client.log_artifact(self.run_id, str(file))
        ((path, is_dir, size),) = self.listed()
        self.assertEqual((path, is_dir, size or 0), ("empty", False, 0))
        self.assertEqual(self.content("empty"), b"")

    def test_a_file_is_not_a_folder(self):
        self.client.log_text(self.run_id, "x", "a/file.txt")
        self.assertEqual(self.listed("a/file.txt"), [])

    def test_a_folder(self):
        folder = self.folder()
        for name in ("one.txt", "sub/two.txt", "sub/sub/three.txt"):
            (folder / name).parent.mkdir(exist_ok=True, parents=True)
            (folder / name).write_text(name)
        self.client.log_artifacts(self.run_id, str(folder))
        self.client.log_artifacts(self.run_id, str(folder), "below")
        self.assertEqual([path for path, _, _ in self.listed()], ["below", "one.txt", "sub"])
        self.assertEqual([path for path, _, _ in self.listed("below/sub")], ["below/sub/sub", "below/sub/two.txt"])
        self.assertEqual(self.content("below/sub/sub/three.txt"), b"sub/sub/three.txt")

    def test_a_folder_is_downloaded(self):
        for name in ("a/one.txt", "a/b/two.txt", "three.txt"):
            self.client.log_text(self.run_id, name, name)
        whole = self.downloaded()
        found = sorted(os.path.relpath(os.path.join(folder, file), whole).replace(os.sep, "/")
                       for folder, _, files in os.walk(whole) for file in files)
        self.assertEqual(found, ["a/b/two.txt", "a/one.txt", "three.txt"])
        self.assertEqual(sorted(os.listdir(self.downloaded("a"))), ["b", "one.txt"])

    def test_the_functions_for_text_and_dicts(self):
        self.client.log_text(self.run_id, "größe\n", "notes/a.txt")
        self.client.log_dict(self.run_id, {"rate": 0.1, "layers": [1, 2]}, "config.json")
        self.client.log_dict(self.run_id, {"rate": 0.1}, "config.yaml")
        self.assertEqual(self.content("notes/a.txt").decode(), "größe\n")
        uri = self.client.get_run(self.run_id).info.artifact_uri
        self.assertEqual(mlflow.artifacts.load_dict(f"{uri}/config.json"), {"rate": 0.1, "layers": [1, 2]})
        self.assertEqual(mlflow.artifacts.load_text(f"runs:/{self.run_id}/notes/a.txt"), "größe\n")
        self.assertIn(b"rate: 0.1", self.content("config.yaml"))

    def test_the_fluent_functions(self):
        self.active_experiment()
        file = self.folder() / "model.bin"
        file.write_bytes(b"weights")
        with mlflow.start_run() as active:
            mlflow.log_artifact(str(file))
            mlflow.log_artifacts(str(file.parent), "folder")
            mlflow.log_text("text", "a.txt")
            self.assertTrue(mlflow.get_artifact_uri("a.txt").endswith("/a.txt"))
        self.assertEqual(self.names_at(f"runs:/{active.info.run_id}/"), ["a.txt", "folder", "model.bin"])
        where = mlflow.artifacts.download_artifacts(f"runs:/{active.info.run_id}/folder", dst_path=str(self.folder()))
        self.assertEqual(os.listdir(where), ["model.bin"])

    def test_overwritten(self):
        self.client.log_text(self.run_id, "a longer text", "a.txt")
        self.client.log_text(self.run_id, "short", "a.txt")
        self.assertEqual(self.content("a.txt"), b"short")
        self.assertEqual(self.listed(), [("a.txt", False, 5)])

    def test_names(self):
        folder = self.folder()
        for name in NAMES if CLIENT < Version("2.12") else (*NAMES, IMAGE_NAME):
            with self.subTest(name):
                (folder / name).write_text(f"of {name}", encoding="utf-8")
                self.client.log_artifact(self.run_id, str(folder / name), "named")
                self.assertIn((f"named/{name}", False, len(f"of {name}".encode())), self.listed("named"))
                self.assertEqual(self.content(f"named/{name}").decode(), f"of {name}")

    def test_names_of_folders(self):
        for name in ("with space", "größe", "100%"):
            with self.subTest(name):
                self.client.log_text(self.run_id, name, f"{name}/{name}/a.txt")
                self.assertEqual([path for path, _, _ in self.listed(f"{name}/{name}")], [f"{name}/{name}/a.txt"])
                self.assertEqual(self.content(f"{name}/{name}/a.txt").decode(), name)

    def test_ten_megabytes(self):
        file = self.folder() / "large.bin"
        block = hashlib.sha256(b"seed").digest() * 32_768
        file.write_bytes(block * 10)
        self.client.log_artifact(self.run_id, str(file))
        self.assertEqual(self.listed(), [("large.bin", False, len(block) * 10)])
        self.assertEqual(self.content("large.bin"), block * 10)

    def test_one_that_is_not_there(self):
        with self.assertRaises(Exception):
            self.downloaded("nobody.txt")

    def test_many_in_one_folder(self):
        for number in range(60):
            self.client.log_text(self.run_id, str(number), f"many/{number:03}.txt")
        self.assertEqual([path for path, _, _ in self.listed("many")], [f"many/{number:03}.txt" for number in range(60)])

    def test_a_client_refuses_to_leave_the_run(self):
        for path in ("../up", "a/../../up", "/etc"):
            with self.subTest(path), self.assertRaises(Exception):
                self.client.list_artifacts(self.run_id, path)


class Wire(ConformanceTest):
    """The proxy for artifacts as plain HTTP: names decoded once, and nothing outside."""

    PROXY = "/api/2.0/mlflow-artifacts/artifacts"

    def setUp(self):
        super().setUp()
        self.run_id = self.run_of()
        self.root = self.client.get_run(self.run_id).info.artifact_uri.partition("mlflow-artifacts:/")[2]
        if not self.root:
            self.skipTest("this server does not carry artifacts itself")

    def put(self, path, body):
        return self.http("PUT", f"{self.PROXY}/{self.root}/{quote(path)}", body=body)

    def test_names_are_decoded_once(self):
        names = (*NAMES, IMAGE_NAME, *WIRE_NAMES) + (() if TOKEN is None else NAMES_OF_OURS)
        for name in names:
            with self.subTest(name):
                self.assertEqual(self.put(f"d/{name}", name.encode()).status, 200)
                answer = self.http("GET", f"{self.PROXY}/{self.root}/d/{quote(name)}")
                self.assertEqual((answer.status, answer.body.decode()), (200, name))
        listed = self.http("GET", f"{self.PROXY}?path={quote(self.root + '/d', safe='')}").document["files"]
        self.assertEqual({file["path"] for file in listed}, set(names))

    def test_a_list(self):
        self.put("d/a.txt", b"12345")
        listed = self.http("GET", f"{self.PROXY}?path={quote(self.root, safe='')}").document["files"]
        self.assertEqual([(file["path"], file["is_dir"]) for file in listed], [("d", True)])
        listed = self.http("GET", f"{self.PROXY}?path={quote(self.root + '/d', safe='')}").document["files"]
        self.assertEqual([(file["path"], file["is_dir"], int(file["file_size"])) for file in listed],
                         [("a.txt", False, 5)])
        nothing = self.http("GET", f"{self.PROXY}?path={quote(self.root + '/nobody', safe='')}").document
        self.assertEqual(nothing.get("files", []), [])

    def test_the_list_by_run(self):
        self.put("d/a.txt", b"12345")
        listed = self.get("artifacts/list", run_id=self.run_id, path="d").document
        self.assertEqual([(file["path"], int(file["file_size"])) for file in listed["files"]], [("d/a.txt", 5)])
        self.assertTrue(listed["root_uri"])

    def test_deleted(self):
        self.put("d/a.txt", b"1")
        self.assertEqual(self.http("DELETE", f"{self.PROXY}/{self.root}/d/a.txt").status, 200)
        self.assertGreaterEqual(self.http("GET", f"{self.PROXY}/{self.root}/d/a.txt").status, 400)

    def test_nothing_outside(self):
        for way in ("../../../../up.txt", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/up.txt", "..%2f..%2f..%2f..%2fup.txt",
                    "a/%2e%2e/%2e%2e/%2e%2e/up.txt", "a/../../../b.txt", "..", "%2E%2E"):
            for method in ("PUT", "GET", "DELETE"):
                with self.subTest(f"{method} {way}"):
                    self.declined_quietly(self.http(method, f"{self.PROXY}/{way}", body=self.body_of(method)))
        for path in ("../..", "/etc", "..%2f..", "%2e%2e"):
            with self.subTest(f"list {path}"):
                self.declined_quietly(self.http("GET", f"{self.PROXY}?path={path}"))
                by_run = f"/api/2.0/mlflow/artifacts/list?run_id={self.run_id}&path={path}"
                self.declined_quietly(self.http("GET", by_run))

    def test_what_looks_like_a_way_out_is_refused_or_a_plain_name(self):
        for way in ("%252e%252e%252f%252e%252e%252fup.txt", "..%5c..%5cup.txt", "C:%5cup.txt", "a%00b.txt",
                    "/etc/passwd", "%2fetc%2fpasswd", "file:/etc/passwd", "file%3A%2F%2F%2Fetc%2Fpasswd", "."):
            with self.subTest(way):
                self.assertNotIn(b"root:", self.http("GET", f"{self.PROXY}/{way}").body)
                way = f"{way}{self.unique()}"
                self.declined_quietly(self.http("GET", f"{self.PROXY}/{way}"))
                if self.http("PUT", f"{self.PROXY}/{way}", body=b"inside").status == 200:
                    self.assertEqual(self.http("GET", f"{self.PROXY}/{way}").body, b"inside")

    @staticmethod
    def body_of(method):
        return b"outside" if method == "PUT" else None

    def declined_quietly(self, answer):
        self.declined(answer)
        self.assertNotIn(b"root:", answer.body)


if __name__ == "__main__":
    unittest.main()
