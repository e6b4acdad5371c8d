"""Writes testdata/golden and golden-training: models, inputs and outputs by real Keras. The table of cases stands in cases/*.py.

    generate.py                     all cases that do not exist yet
    generate.py --force conv lstm   those whose group/name contains one of the words, anew
    generate.py --list              names only
"""

import argparse
import importlib
import logging
import os
import shutil
import subprocess
import sys
import time
import traceback
import zipfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # plain kernels: the same sums on every processor
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import keras

import goldens

logging.getLogger("tensorflow").setLevel(logging.ERROR)

# What TensorFlow's CPU kernels refuse; JAX computes the expected values of those cases from the same file.
TF_CANNOT = ("NCHW", "NHWC", "NDHWC", "channels_last", "grouped", "Fused conv implementation", "depth of filter",
             "only supports equal length strides", "not support", "No OpKernel", "UNIMPLEMENTED", "Unimplemented",
             "Compilation failure", "dilation rates larger", "out_backprop doesn't match", "strides > 1", "channels_first", "same nested structure")


def is_channels_first(file: Path) -> bool:
    """Keras' ops.add on TensorFlow takes (1, n, 1, 1) for a bias over the last axis where that is n long as well
    (keras/src/backend/tensorflow/numpy.py): with channels first, biases go astray. JAX adds them where they belong."""
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        return b'"channels_first"' in archive.read("config.json")


def expect_with_jax(folders: list[str]) -> None:
    """Runs in a process of its own: a Keras backend is chosen for the life of a process."""
    failed = 0
    for line in folders:
        file = Path(line)
        try:
            goldens.expect(file.parent, file)
        except Exception as e:
            failed += 1
            shutil.rmtree(file.parent)
            print(f"FAILED with jax {file.parent}: {type(e).__name__}: {str(e)[:600]}", flush=True)
    sys.exit(1 if failed else 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--traceback", action="store_true")
    parser.add_argument("--expect", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.expect:
        expect_with_jax(Path(args.expect).read_text().split("\n"))

    for module in sorted(p.stem for p in (HERE / "cases").glob("*.py")):
        importlib.import_module(f"cases.{module}")
    names = [f"{c.group}/{c.name}" for c in goldens.CASES]
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        sys.exit(f"Two cases of one name: {sorted(twice)}")

    cases = [c for c in goldens.CASES if not args.words or any(w in f"{c.group}/{c.name}" for w in args.words)]
    if args.list:
        print("\n".join(f"{c.group}/{c.name}" for c in cases))
        return
    if not args.force:
        cases = [c for c in cases if not c.exists]

    start, failed, for_jax = time.time(), [], []
    for i, c in enumerate(cases):
        try:
            goldens.write(c)
            if is_channels_first(c.folder / "model.keras"):
                for_jax.append(str(c.folder / "model.keras"))
        except Exception as e:
            message = str(e)
            if (c.folder / "in.npz").exists() and any(w in message for w in TF_CANNOT):
                for_jax.append(str(c.folder / "model.keras"))
                continue
            failed.append(f"{c.group}/{c.name}")
            shutil.rmtree(c.folder, ignore_errors=True)
            print(f"FAILED {c.group}/{c.name}: {type(e).__name__}: {message[:600]}", flush=True)
            if args.traceback:
                traceback.print_exc()
        if i % 100 == 99:
            print(f"{i + 1}/{len(cases)} {time.time() - start:.0f} s", flush=True)

    code = 0
    if for_jax:
        listing = goldens.GOLDEN / "for_jax.txt"
        listing.write_text("\n".join(for_jax))
        environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
        code = subprocess.run([sys.executable, __file__, "--expect", str(listing)], env=environment).returncode
        listing.unlink()
    print(f"{len(cases) - len(failed)} written ({len(for_jax)} with outputs by JAX), {len(failed)} failed, "
          f"{time.time() - start:.0f} s, Keras {keras.__version__}")
    sys.exit(1 if failed or code else 0)


if __name__ == "__main__":
    main()
