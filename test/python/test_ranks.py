"""The ranks of a distributed job are one run, in which rank 0 speaks for all."""
import json
import os
import sys
import unittest

from support import HookTest

# Starts itself once for each rank, as torchrun, mpirun and srun do.
LAUNCHER = """
import os, subprocess, sys
rank, size, script = sys.argv[1], sys.argv[2], sys.argv[3:]
jobs = [subprocess.Popen([sys.executable] + script, env=dict(os.environ, **{rank: str(n), size: "3"}))
        for n in range(3)]
sys.exit(max(job.wait() for job in jobs))
"""
WORKER = """
import argparse, loopwright
p = argparse.ArgumentParser(); p.add_argument("--lr"); args = p.parse_args()
loopwright.log(loss=0.5, step=1)
loopwright.log({"val/auc": 0.9})
loopwright.param(seed=7)
"""


class Ranks(HookTest):
    def launch(self, rank="RANK", size="WORLD_SIZE", env=None):
        worker = self.file("worker.py", WORKER)
        self.fine(LAUNCHER, rank, size, worker, "--lr", "0.1", env=env)
        return sorted(key for _, metrics in self.metrics() for key in metrics)

    def test_metrics_of_other_ranks_have_names_of_their_own(self):
        expected = sorted(prefix + key for prefix in ("", "rank1/", "rank2/") for key in ("loss", "val/auc"))
        self.assertEqual(self.launch(), expected)

    def test_parameters_and_the_size_come_from_rank_0_once(self):
        self.launch()
        self.assertEqual(sorted(json.dumps(record[3]) for record in self.records("param")),
                         ['{"lr": "0.1"}', '{"seed": "7"}'])
        self.assertEqual([record[2] for record in self.records("tag")], [{"loopwright.ranks": "3"}])

    def test_launchers_of_every_kind(self):
        for rank, size in (("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE"),
                           ("SLURM_PROCID", "SLURM_NTASKS")):
            with self.subTest(rank):
                self.assertIn("rank2/loss", self.launch(rank, size))

    def test_a_run_that_is_one_rank_of_a_job_around_it_keeps_its_names(self):
        self.fine(WORKER, env={"RANK": "2", "WORLD_SIZE": "3", "LOOPWRIGHT_OUTER_RANK": "RANK,SLURM_PROCID"})
        self.assertEqual([metrics for _, metrics in self.metrics()], [{"loss": 0.5}, {"val/auc": 0.9}])
        self.assertEqual(self.params()["seed"], "7")
        self.assertEqual(self.records("tag"), [])

    def test_variables_that_mean_something_else_are_let_alone(self):
        for env in ({"RANK": "16"}, {"RANK": "a", "WORLD_SIZE": "4"}, {"RANK": "5", "WORLD_SIZE": "4"},
                    {"RANK": "-1", "WORLD_SIZE": "4"}, {"RANK": "0", "WORLD_SIZE": "1"}):
            with self.subTest(env):
                self.fine("import loopwright; loopwright.log(loss=1.0)", env=env)
        self.assertEqual({key for _, metrics in self.metrics() for key in metrics}, {"loss"})
        self.assertEqual(self.records("tag"), [])

    def test_the_arguments_of_a_launcher_are_no_parameters(self):
        self.file("launcher/torchrun", WORKER)
        self.fine(WORKER, "--lr", "9", name="launcher/torchrun")
        self.assertEqual(self.params(), {"seed": "7"})


class OuterRanks(HookTest):
    def test_the_runner_tells_which_ranks_are_not_of_the_run(self):
        code = "import os; print(os.environ.get('LOOPWRIGHT_OUTER_RANK'))"
        environment = {name: value for name, value in os.environ.items() if name != "LOOPWRIGHT_OUTER_RANK"}
        for extra, expected in (({}, b"None\n"), ({"RANK": "1", "SLURM_PROCID": "1"}, b"RANK,SLURM_PROCID\n"),
                                ({"LOOPWRIGHT_OUTER_RANK": "RANK"}, b"None\n")):
            with self.subTest(extra):
                run = self.make([sys.executable, "-c", code])
                _, out, _ = self.finish(run, env={**environment, **extra})
                self.assertEqual(out, expected)


if __name__ == "__main__":
    unittest.main()
