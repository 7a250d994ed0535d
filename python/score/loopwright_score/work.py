"""The process. `{"open": {"path", "search"}}` is answered with `{"opened": {"columns", "width", "labels"}}`; `{"rows": {"step",
"cast"}}`, with a tensor for each column (or one matrix X), with `{"answered": {"refused"}}` and a tensor for each output. What can't
be is `{"refused": WHY}` or `{"missing": {"packages", "neededFor"}}`."""
from __future__ import annotations

import os
import sys

from loopwright_convert.problems import Missing, Refused, told

from .frames import Frames, end_all


def main() -> int:
    frames = Frames()
    model = None
    while True:
        head, tensors = frames.next()
        try:
            if "open" in head:
                asked = head["open"]
                # What the model's code was imported from when it was trained.
                sys.path[:0] = [folder for folder in asked["search"] if folder not in sys.path]
                from .models import open_model

                model = open_model(asked["path"])
                columns = model.columns and [{"name": name, "datatype": datatype} for name, datatype in model.columns]
                frames.write({"opened": {"columns": columns, "width": model.width, "labels": model.labels}})
            else:
                from .answers import answers, cast

                asked = head["rows"]
                outputs, refused = answers(model, model.rows_of(tensors), asked["step"])
                frames.write({"answered": {"refused": refused}}, cast(outputs, asked["cast"]))
        except Missing as error:
            frames.write({"missing": {"packages": error.packages, "neededFor": error.needed_for}})
        except Refused as error:
            frames.write({"refused": str(error)})
        except MemoryError:
            frames.write({"refused": "There is not enough memory for it."})
        except SystemExit as error:
            frames.write({"refused": "The model's code ended Python (exit code %s)." % error.code})
        except KeyboardInterrupt:
            end_all()
        except BaseException as error:  # whatever the libraries throw, the user is told
            import traceback

            traceback.print_exc()
            frames.write({"refused": told(error)})
        sys.stderr.flush()
    return os.EX_OK
