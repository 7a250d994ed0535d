"""Which process of a distributed job this one is, as its launcher has said in the environment.

The ranks of a job are one run. Rank 0 speaks for it: what it logs has the plain names, and its parameters are the
run's. Other ranks log the same names at the same time, so theirs begin with `rank<N>/`.
"""
from os import environ

# (rank, size): torchrun and most others, Open MPI, MPICH and Intel MPI, Slurm's srun.
_VARIABLES = (("RANK", "WORLD_SIZE"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE"),
              ("SLURM_PROCID", "SLURM_NTASKS"))


def position():
    """(rank, size) in a job that was started inside the run; None outside of one.

    Asked anew each time: a worker may be told its rank after it has started.
    """
    # Where the whole run is one rank of something larger, it has its metrics to itself.
    outer = environ.get("LOOPWRIGHT_OUTER_RANK", "").split(",")
    for rank_name, size_name in _VARIABLES:
        if rank_name in outer:
            continue
        try:
            rank, size = int(environ[rank_name]), int(environ[size_name])
        except (KeyError, ValueError):
            continue  # not said, or a variable of that name that means something else
        if size > 1 and 0 <= rank < size:
            return rank, size
    return None


def prefix():
    """What the names of this process's metrics begin with."""
    here = position()
    return "rank%d/" % here[0] if here is not None and here[0] > 0 else ""


def is_first():
    """Whether this process may speak for the run as far as ranks go."""
    here = position()
    return here is None or here[0] == 0
