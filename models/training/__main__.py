"""Rebuild the shipped encoder: ``python -m models.training --data DIR --work DIR``; given again, it goes on from its checkpoints."""

import argparse
import logging
from pathlib import Path

from models.artifacts import ENCODER_FOLDER
from models.training.artefact import build
from models.training.distillation import distil
from models.training.tuning import tune


def main() -> None:
    """Distil, tune twice, build; two cores take under two hours with AVX-512, 80 minutes with AMX; on a GPU where one is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data files")
    parser.add_argument("--work", type=Path, required=True, help="working folder for the vocabulary and checkpoints")
    parser.add_argument("--out", type=Path, default=ENCODER_FOLDER, help="folder of the artefact (default: the shipped one)")
    parser.add_argument("--steps", type=int, metavar="N", help="rehearse: leave distillation and each tuning after N steps")
    parser.add_argument("--heads-only", action="store_true", help="keep the graph in the artefact's folder and fit the heads on it again")
    parser.add_argument("--keep", action="append", default=[], metavar="HEAD", help="with --heads-only: leave this head as it is")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments.work.mkdir(parents=True, exist_ok=True)
    if not arguments.heads_only:
        distil(arguments.data, arguments.work, steps=arguments.steps)
        tune(arguments.data, arguments.work, steps=arguments.steps)
    build(arguments.data, arguments.work, arguments.out, graph=not arguments.heads_only, keep=arguments.keep)


if __name__ == "__main__":
    main()
