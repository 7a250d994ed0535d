"""How long capture may take: a fixed allowance and a share of the time that the script has run."""
from time import perf_counter


class Budget:
    """Time that may be spent on one kind of work in this process.

    What was spent is counted whether it had been foreseen or not, so one expensive piece of work is paid for by
    those that are left out after it.
    """

    def __init__(self, seconds, share):
        self._seconds = seconds
        self._share = share
        self._began = perf_counter()
        self._spent = 0.0

    def left(self):
        """Seconds that may be spent now; below zero after something took longer than was thought."""
        return self._seconds + self._share * (perf_counter() - self._began) - self._spent

    def spend(self, seconds):
        self._spent += seconds
