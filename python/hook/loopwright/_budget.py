"""How long capture may take: a fixed allowance and a share of the time that the script has run."""
from time import perf_counter


class Budget:
    """Time that may be spent on one kind of work in this process.

    What was spent is counted whether it had been foreseen or not, so one expensive piece of work is paid for by
    those that are left out after it. Work that computes is measured by `process_time`: what else the machine does must
    not decide what is recorded. Work that writes files is measured by the time that the script waits.
    """

    def __init__(self, seconds, share, clock=perf_counter):
        self._seconds = seconds
        self._share = share
        self.clock = clock
        self._began = clock()
        self._spent = 0.0

    def left(self):
        """Seconds that may be spent now; below zero after something took longer than was thought."""
        return self._seconds + self._share * (self.clock() - self._began) - self._spent

    def spend(self, seconds):
        self._spent += seconds
