"""A notebook from its first cell to its last, in a fresh kernel, told of in the run's journal."""
