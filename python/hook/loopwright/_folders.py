"""Files of one direction by folder: where there are many, one record of their folder stands for them."""
from . import _outbox
from ._paths import SEP, folder_of

_MANY_FILES = 200
_MANY_FOLDERS = 200
# Once so many files of a process have records of their own, folders of some size are told of as folders at once.
_MANY_RECORDS = 2000
_FEW_FILES = 20


class Folders:
    """Folders are absolute, with a separator at their end. Hashes stand for names: strings would take twice the room."""

    def __init__(self, mode, paths, record):
        self._mode = mode
        self._root = paths.root or ""
        self._record = record  # (path, mode, files) → journal record
        self._names = {}  # folder → hashes of the names seen in it
        self._many = set()  # folders that are told of as one, or are below one of `_deep`
        self._deep = {}  # folder that is told of with all folders below it → their sets of names
        self._folders_in = {}  # folder → how many folders it has with files in or below them
        self._told = {}  # folder → count in its last record
        self._records = 0

    def counter(self, folder):
        """What to call with the hash of a name in a folder that is told of as one; None for other folders."""
        return self._names[folder].add if folder in self._many else None

    def admit(self, path, folder):
        """Whether a file needs a record of its own."""
        mark = hash(path[len(folder):])
        names = self._names.get(folder)
        if names is None:
            names = self._start(folder)
        if mark in names:
            return False
        names.add(mark)
        if folder in self._many:
            return False
        if len(names) > (_MANY_FILES if self._records < _MANY_RECORDS else _FEW_FILES):
            self._many.add(folder)
            self._tell(folder)
            return False
        self._records += 1
        return True

    def holds(self, path, folder):
        """Whether the file has been seen."""
        names = self._names.get(folder)
        return names is not None and hash(path[len(folder):]) in names

    def tell(self, factor=1.0):
        """Record folders whose count has grown by the factor since it was recorded last."""
        for folder, told in list(self._told.items()):
            if self._size(folder) > told * factor:
                self._tell(folder)

    def many_below(self, folder):
        """(folder, number of files) for each folder below that is told of as one."""
        return [(name, self._size(name)) for name in list(self._told) if name.startswith(folder)]

    def _start(self, folder):
        names = self._names[folder] = set()
        above = _parent(folder)
        while above:
            if above in self._deep:
                self._deep[above].append(names)
                self._many.add(folder)
                return names
            above = _parent(above)
        parent = _parent(folder)
        while parent:
            count = self._folders_in[parent] = self._folders_in.get(parent, 0) + 1
            if count > _MANY_FOLDERS and self._may_stand_for_all(parent):
                self._gather_below(parent)
            if count > 1:
                break  # those above have counted it already
            parent = _parent(parent)
        return names

    def _may_stand_for_all(self, folder):
        """The root of the project, or what is near the root of the disk, would say nothing."""
        return folder.count(SEP) > 2 and not self._root.startswith(folder)

    def _gather_below(self, parent):
        below = [folder for folder in list(self._names) if folder.startswith(parent)]
        self._many.update(below)
        for kept in (self._told, self._deep):
            for folder in [folder for folder in list(kept) if folder.startswith(parent)]:
                kept.pop(folder, None)
        self._deep[parent] = [self._names[folder] for folder in below]
        self._tell(parent)

    def _size(self, folder):
        sets = self._deep.get(folder)
        return len(self._names.get(folder, ())) if sets is None else sum(len(names) for names in sets)

    def _tell(self, folder):
        self._told[folder] = count = self._size(folder)
        is_deep = folder in self._deep
        # Files of it that have not been written down yet need not be.
        _outbox.drop(lambda key: key[0] == self._mode and (
            key[1].startswith(folder) if is_deep else folder_of(key[1]) == folder))
        _outbox.add((self._mode, folder), self._record(folder[:-1], self._mode, count))


def _parent(folder):
    return folder[:folder.rfind(SEP, 0, -1) + 1]
