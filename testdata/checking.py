"""What the live checks share. Imported before Keras, whose backend and kernels it sets."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # plain kernels: the same sums on every processor
HERE = Path(__file__).resolve().parent
ARGALI = HERE.parent / "bin" / "argali"


def parser(doc: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)


def jobs(folder: Path, *command: str, **options) -> None:
    """Runs bin/argali; the last word names the file of jobs in the folder. A job that fails shows in the comparison."""
    *words, file = command
    subprocess.run([ARGALI, *words, "--jobs", folder / file], stdout=subprocess.DEVNULL, **options)


def main(arguments: argparse.ArgumentParser, make, run, compare) -> None:
    """
    Makes the originals, runs argali over them, and exits with 0 if the comparison finds nothing; with --make or --compare, only that.

    make(folder, args), run(folder), compare(folder, args) -> whether all is well
    """
    arguments.add_argument("--make", type=Path, metavar="DIR")
    arguments.add_argument("--compare", type=Path, metavar="DIR")
    args = arguments.parse_args()
    if args.make:
        return make(args.make, args)
    if args.compare:
        sys.exit(not compare(args.compare, args))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make(folder, args)
        run(folder)
        sys.exit(not compare(folder, args))
