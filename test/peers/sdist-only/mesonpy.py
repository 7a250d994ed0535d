"""Stands in for scikit-learn's build backend while pip downloads its source distribution.

pip asks the backend for metadata, which takes a compiler and many minutes; only the files are wanted here.
"""
import os

PROJECT = os.environ["LOOPWRIGHT_SDIST"]  # name==version


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name, version = PROJECT.split("==")
    folder = "%s-%s.dist-info" % (name.replace("-", "_"), version)
    os.mkdir(os.path.join(metadata_directory, folder))
    with open(os.path.join(metadata_directory, folder, "METADATA"), "w", encoding="ascii") as file:
        file.write("Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version))
    return folder
