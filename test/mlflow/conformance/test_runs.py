"""Runs: started and ended, nested, named, thrown away and taken back."""
import time
import unittest

import mlflow
from mlflow.entities import RunStatus
from support import ConformanceTest, since


class Fluent(ConformanceTest):
    def test_a_run_from_start_to_end(self):
        experiment_id = self.active_experiment()
        before = int(time.time() * 1000)
        with mlflow.start_run() as active:
            info = self.client.get_run(active.info.run_id).info
            self.assertEqual((info.status, info.end_time), ("RUNNING", None))
        info = self.client.get_run(active.info.run_id).info
        self.assertEqual((info.status, info.experiment_id, info.lifecycle_stage), ("FINISHED", experiment_id, "active"))
        self.assertGreaterEqual(info.start_time, before)
        self.assertGreaterEqual(info.end_time, info.start_time)
        self.assertTrue(info.user_id)
        self.assertRegex(info.run_id, r"^[0-9a-zA-Z][\w-]{0,255}$")
        self.assertIn(info.run_id, info.artifact_uri)

    def test_an_exception_makes_it_failed(self):
        self.active_experiment()
        with self.assertRaises(ZeroDivisionError), mlflow.start_run() as active:
            raise ZeroDivisionError
        self.assertEqual(self.client.get_run(active.info.run_id).info.status, "FAILED")

    def test_end_run_with_a_status(self):
        self.active_experiment()
        active = mlflow.start_run()
        mlflow.end_run("KILLED")
        self.assertEqual(self.client.get_run(active.info.run_id).info.status, "KILLED")

    def test_the_client_says_where_a_run_came_from(self):
        self.active_experiment()
        with mlflow.start_run() as active:
            pass
        tags = self.client.get_run(active.info.run_id).data.tags
        for key in ("mlflow.user", "mlflow.source.name", "mlflow.source.type", "mlflow.runName"):
            self.assertTrue(tags[key], key)

    def test_a_name_of_ones_own(self):
        self.active_experiment()
        with mlflow.start_run(run_name="größte Schleife / 7", description="# Why\n", tags={"kind": "best"}) as active:
            pass
        run = self.client.get_run(active.info.run_id)
        self.assertEqual(run.info.run_name, "größte Schleife / 7")
        self.assertEqual(run.data.tags["mlflow.runName"], "größte Schleife / 7")
        self.assertEqual((run.data.tags["mlflow.note.content"], run.data.tags["kind"]), ("# Why\n", "best"))

    def test_a_name_is_given_to_a_run_without_one(self):
        self.active_experiment()
        with mlflow.start_run() as active:
            pass
        run = self.client.get_run(active.info.run_id)
        self.assertTrue(run.info.run_name)
        self.assertEqual(run.data.tags["mlflow.runName"], run.info.run_name)

    def test_nested(self):
        self.active_experiment()
        with mlflow.start_run() as parent:
            with mlflow.start_run(nested=True) as child, mlflow.start_run(nested=True) as grandchild:
                mlflow.log_param("depth", 2)
            mlflow.log_param("depth", 0)
        found = [self.client.get_run(run.info.run_id) for run in (parent, child, grandchild)]
        self.assertEqual([run.data.tags.get("mlflow.parentRunId") for run in found],
                         [None, parent.info.run_id, child.info.run_id])
        self.assertEqual([run.data.params for run in found], [{"depth": "0"}, {}, {"depth": "2"}])
        self.assertEqual({run.info.status for run in found}, {"FINISHED"})

    @since("2.12", "parent_run_id of start_run")
    def test_a_parent_by_its_id(self):
        self.active_experiment()
        with mlflow.start_run() as parent:
            pass
        with mlflow.start_run(parent_run_id=parent.info.run_id) as child:
            pass
        self.assertEqual(mlflow.get_parent_run(child.info.run_id).info.run_id, parent.info.run_id)

    def test_the_parent_is_asked_for(self):
        self.active_experiment()
        with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
            pass
        self.assertEqual(self.client.get_parent_run(child.info.run_id).info.run_id, parent.info.run_id)
        self.assertIsNone(self.client.get_parent_run(parent.info.run_id))

    def test_a_run_is_taken_up_again(self):
        self.active_experiment()
        with mlflow.start_run(run_name="first") as active:
            mlflow.log_metric("loss", 2, step=0)
        with mlflow.start_run(run_id=active.info.run_id) as again:
            self.assertEqual(self.client.get_run(again.info.run_id).info.status, "RUNNING")
            mlflow.log_metric("loss", 1, step=1)
        run = self.client.get_run(active.info.run_id)
        self.assertEqual((run.info.status, run.info.run_name), ("FINISHED", "first"))
        self.assertEqual(self.history(active.info.run_id, "loss"), [(0, 2), (1, 1)])

    def test_last_active_run(self):
        self.active_experiment()
        with mlflow.start_run() as active:
            mlflow.log_param("a", 1)
        last = mlflow.last_active_run()
        self.assertEqual((last.info.run_id, last.data.params), (active.info.run_id, {"a": "1"}))

    def test_delete_run(self):
        self.active_experiment()
        with mlflow.start_run() as active:
            pass
        mlflow.delete_run(active.info.run_id)
        self.assertEqual(self.client.get_run(active.info.run_id).info.lifecycle_stage, "deleted")


class Client(ConformanceTest):
    def test_every_field_of_create_run(self):
        experiment_id = self.experiment()
        made = self.client.create_run(experiment_id, start_time=1_600_000_000_123, tags={"a": "b"}, run_name="named")
        run = self.client.get_run(made.info.run_id)
        self.assertEqual((run.info.start_time, run.info.run_name, run.info.status),
                         (1_600_000_000_123, "named", "RUNNING"))
        self.assertEqual((run.info.experiment_id, run.data.tags["a"]), (experiment_id, "b"))

    def test_a_name_through_the_tag(self):
        run_id = self.run_of(tags={"mlflow.runName": "by tag"})
        self.assertEqual(self.client.get_run(run_id).info.run_name, "by tag")

    def test_every_status(self):
        experiment_id = self.experiment()
        for status in (name for name in RunStatus._STRING_TO_STATUS if name != "RUNNING"):
            with self.subTest(status):
                run_id = self.run_of(experiment_id)
                self.client.update_run(run_id, status=status)
                self.assertEqual(self.client.get_run(run_id).info.status, status)

    def test_terminated_at_a_given_time(self):
        run_id = self.run_of()
        self.client.set_terminated(run_id, status="FAILED", end_time=1_600_000_009_999)
        info = self.client.get_run(run_id).info
        self.assertEqual((info.status, info.end_time), ("FAILED", 1_600_000_009_999))

    def test_terminated_now(self):
        run_id = self.run_of()
        self.client.set_terminated(run_id)
        info = self.client.get_run(run_id).info
        self.assertEqual(info.status, "FINISHED")
        self.assertLess(abs(info.end_time - time.time() * 1000), 60_000)

    def test_a_new_name(self):
        run_id = self.run_of(run_name="old")
        self.client.update_run(run_id, name="new")
        run = self.client.get_run(run_id)
        self.assertEqual((run.info.run_name, run.data.tags["mlflow.runName"]), ("new", "new"))
        self.assertEqual(run.info.status, "RUNNING")

    def test_a_new_name_by_the_tag(self):
        run_id = self.run_of(run_name="old")
        self.client.set_tag(run_id, "mlflow.runName", "new")
        self.assertEqual(self.client.get_run(run_id).info.run_name, "new")

    def test_deleted_and_restored(self):
        run_id = self.run_of()
        self.client.log_param(run_id, "a", 1)
        self.client.delete_run(run_id)
        self.assertEqual(self.client.get_run(run_id).info.lifecycle_stage, "deleted")
        self.client.restore_run(run_id)
        run = self.client.get_run(run_id)
        self.assertEqual((run.info.lifecycle_stage, run.data.params), ("active", {"a": "1"}))

    def test_a_deleted_run_takes_nothing_more(self):
        run_id = self.run_of()
        self.client.delete_run(run_id)
        for call in (lambda: self.client.log_metric(run_id, "a", 1), lambda: self.client.log_param(run_id, "a", 1),
                     lambda: self.client.set_tag(run_id, "a", 1),
                     lambda: self.client.log_batch(run_id, tags=[mlflow.entities.RunTag("a", "1")])):
            self.refused("INVALID_PARAMETER_VALUE", call)

    def test_a_run_that_is_not_there(self):
        nobody = "0" * 32
        for call in (lambda: self.client.get_run(nobody), lambda: self.client.log_metric(nobody, "a", 1),
                     lambda: self.client.log_param(nobody, "a", 1), lambda: self.client.set_tag(nobody, "a", 1),
                     lambda: self.client.delete_run(nobody), lambda: self.client.restore_run(nobody),
                     lambda: self.client.log_batch(nobody, params=[mlflow.entities.Param("a", "1")]),
                     lambda: self.client.set_terminated(nobody), lambda: self.client.list_artifacts(nobody)):
            self.assertIn(nobody, self.refused("RESOURCE_DOES_NOT_EXIST", call))

    def test_a_run_in_an_experiment_that_is_not_there(self):
        # MLflow's own server lets its database refuse it, with a code of its own.
        self.declined(self.post("runs/create", {"experiment_id": "123456789"}))

    def test_what_an_empty_run_looks_like(self):
        run = self.client.get_run(self.run_of())
        self.assertEqual((run.data.metrics, run.data.params), ({}, {}))


if __name__ == "__main__":
    unittest.main()
