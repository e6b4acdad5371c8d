"""Has real Keras open what Argali writes, and compares it with what Keras had written.

    write_check.py                      converts every golden model to every format, opens and compares
    write_check.py --every 4            one model in four, another one for each format
    write_check.py dense formats        only the cases whose group/case contains one of the words
    write_check.py --make DIR           only writes DIR/jobs.tsv, for argali convert --jobs
    write_check.py --compare DIR        only compares what was converted in DIR

Of each file Keras must make a model with the same configuration (get_config, key by key), the same weights (bit by bit), the same
optimizer state in the same order, and the same predictions. h5py compares each HDF5 file with what Keras itself writes of the model: groups, names,
types, attributes, bytes; so does h5diff, of HDF5's own tools, where it is installed. Where Keras' own file of that format loses something, losing the same is no fault, and keeping it is none either.
"""

import collections
import json
import logging
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

logging.getLogger("absl").setLevel(logging.ERROR)  # of models that were never compiled
GOLDEN = checking.HERE / "golden"
FORMATS = ("model.keras", "model.h5", "architecture.json", "folder", "shards.weights.json")
# The same weights in the same layers: only the order of sums may differ.
TOLERANCE = 1e-6


def cases(words: list[str]):
    """Folder and model of each golden."""
    for batch in sorted(GOLDEN.glob("*/*/in.npz")):
        folder = batch.parent
        name = str(folder.relative_to(GOLDEN))
        if words and not any(w in name for w in words):
            continue
        yield name, next(folder / n for n in ("model.keras", "model.h5", "model.json", "model") if (folder / n).exists())


def make(folder: Path, words: list[str], every: int) -> None:
    lines = []
    for i, (name, model) in enumerate(cases(words)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        lines += [f"{model}\t{folder / name / file}" for k, file in enumerate(FORMATS) if (i + k) % every == 0]
    (folder / "jobs.tsv").write_text("\n".join(lines) + "\n")


def plain(config):
    """A configuration without the numbers of shared objects, which are addresses in Python's memory."""
    if isinstance(config, dict):
        return {k: plain(v) for k, v in config.items() if k != "shared_object_id"}
    if isinstance(config, (list, tuple)):
        return [plain(v) for v in config]
    return config


def first_difference(a, b, at="") -> str | None:
    if isinstance(a, dict) and isinstance(b, dict):
        for k in [*a, *(k for k in b if k not in a)]:
            if k not in a or k not in b:
                return f"{at}/{k} only in {'ours' if k in b else 'theirs'}"
            if d := first_difference(a[k], b[k], f"{at}/{k}"):
                return d
        return None
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return next((d for i, (x, y) in enumerate(zip(a, b)) if (d := first_difference(x, y, f"{at}/{i}"))), None)
    return None if a == b or a != a and b != b else f"{at}: {str(a)[:80]} became {str(b)[:80]}"


def load(path: Path, theirs):
    """What Keras makes of a file of ours."""
    import goldens
    import keras

    match path.name:
        case "architecture.json":
            model = keras.models.model_from_json(path.read_text())
            weights = path.parent / "architecture.weights.h5"
        case "shards.weights.json":  # weights alone: into a model that has others
            model, weights = type(theirs).from_config(theirs.get_config()), path
            for v in model.variables:
                if "seed_generator" not in v.path and v.dtype != "string":
                    v.assign(np.zeros(v.shape, "float32"))
        case _:
            return goldens.load(path)
    model.load_weights(weights)
    return model


def optimizer_variables(model, path: Path) -> list[np.ndarray]:
    optimizer = getattr(model, "optimizer", None)
    if path.suffix == ".h5":  # from which Keras restores the state of functional models, but not of sequential ones
        import h5py

        with h5py.File(path) as h5:
            group = h5.get("optimizer_weights")
            return [group[name][()] for name in group.attrs["weight_names"]] if group else []
    return [np.asarray(v) for v in optimizer.variables] if optimizer else []


def compare_models(theirs, ours, model: Path, path: Path, predictions, exact: bool = True) -> str | None:
    a, b = plain(theirs.get_config()), plain(ours.get_config())
    if path.suffix in (".h5", ".json"):
        a, b = without_vocabularies(a), without_vocabularies(b)
    if d := first_difference(a, b):
        return f"config {d}"
    a, b = [v for v in theirs.variables if "seed_generator" not in v.path], [v for v in ours.variables if "seed_generator" not in v.path]
    if len(a) != len(b):
        return f"{len(b)} variables, expected {len(a)}"
    for x, y in zip(a, b):
        if x.dtype != y.dtype or np.asarray(x).tobytes() != np.asarray(y).tobytes() and (exact or not np.allclose(x, y, atol=TOLERANCE)):
            return f"variable {x.path} differs"
    if path.suffix != ".json":  # an architecture and weights are not compiled
        a, b = optimizer_variables(theirs, model), optimizer_variables(ours, path)
        if len(a) != len(b) or any(x.tobytes() != y.tobytes() for x, y in zip(a, b)):
            return "optimizer state differs"
    if predictions is None or path.name == "shards.weights.json" and any("Lookup" in type(l).__name__ or "Text" in type(l).__name__ for l in ours.layers):
        return None
    for (name, y), z in zip(predictions.items(), predicted(ours, model).values(), strict=True):
        if y.dtype.kind not in "fc":
            if not np.array_equal(y, z):
                return f"output {name} differs"
        elif not np.allclose(y, z, rtol=TOLERANCE, atol=TOLERANCE * max(1.0, float(np.abs(y).max(initial=0))), equal_nan=True):
            return f"output {name} is off by {np.abs(y - z).max():.2g}"
    return None


def without_vocabularies(config):
    """What lookup layers learnt stands in files beside the weights; where a format has none, Keras loses it, with its size, and Argali puts it here."""
    if isinstance(config, dict):
        return {k: without_vocabularies(v) for k, v in config.items() if k not in ("vocabulary", "vocabulary_size", "idf_weights")}
    return [without_vocabularies(v) for v in config] if isinstance(config, list) else config


def predicted(network, model: Path) -> dict[str, np.ndarray]:
    import goldens

    with np.load(model.parent / "in.npz") as x:
        return goldens.predict(network, list(x.values()))


def tree(h5) -> dict:
    """Everything in a file by path."""
    import h5py

    def attributes(node):
        return {k: (np.asarray(v).tolist(), str(node.attrs.get_id(k).dtype), node.attrs.get_id(k).shape) for k, v in node.attrs.items()}

    found = {"/": attributes(h5)}

    def visit(path, node):
        found[path] = attributes(node)
        if isinstance(node, h5py.Dataset):
            found[path] |= {"": (str(node.dtype), node.shape, node[()].tobytes())}

    h5.visititems(visit)
    return found


def weights(path: Path, scratch: Path) -> Path:
    """The HDF5 file of a model."""
    if path.is_dir():
        return path / "model.weights.h5"
    if path.suffix != ".keras":
        return path
    with zipfile.ZipFile(path) as z, tempfile.NamedTemporaryFile(dir=scratch, suffix=".h5", delete=False) as file:
        file.write(z.read("model.weights.h5"))
    return Path(file.name)


def difference_of_hdf5(theirs: Path, ours: Path) -> str | None:
    import h5py

    with h5py.File(theirs) as a, h5py.File(ours) as b:
        return difference_of_trees(tree(a), tree(b)) or difference_of_tools(theirs, ours)


def difference_of_tools(theirs: Path, ours: Path) -> str | None:
    """What HDF5's own tools see, but for configurations, whose texts have been compared."""
    if not shutil.which("h5diff"):
        return None
    for tool in ("h5stat", "h5dump"):
        if subprocess.run([tool, ours], capture_output=True).returncode:
            return f"{tool} cannot read it"
    seen = subprocess.run(["h5diff", "-v", ours, theirs], capture_output=True, text=True, errors="replace")
    what = None
    for line in seen.stdout.splitlines():
        if m := re.match(r"(?:group|dataset|attribute) *: *<(.*?)>+ and", line):
            what = m[1]
        elif re.match(r"[1-9][0-9]* differences found", line) and not re.match("(model|training)_config of", str(what)):
            return f"h5diff: {what} differs"
    return "h5diff: some objects cannot be compared" if "not comparable" in seen.stdout or seen.returncode > 1 else None


def difference_of_trees(theirs: dict, ours: dict) -> str | None:
    for path in [*theirs, *(p for p in ours if p not in theirs)]:
        if path not in ours or path not in theirs:
            return f"h5: {path} is {'missing' if path in theirs else 'ours alone'}"
        a, b = theirs[path], ours[path]
        for key in [*a, *(k for k in b if k not in a)]:
            # Keras writes two bytes of bfloat16 into an .h5 and does not say what they are.
            if a.get(key) == b.get(key) or key == "dtype" and key not in a:
                continue
            if key.endswith("_config") and key in a and key in b and a[key][1:] == b[key][1:]:
                texts = [without_modules(plain(without_vocabularies(json.loads(x[key][0])))) for x in (a, b)]
                if d := first_difference(*texts):
                    return f"h5: {key} {d}"
                continue
            return f"h5: {path}: {key or 'array'}: {str(a.get(key))[:80]} became {str(b.get(key))[:80]}"
    return None


def without_modules(config):
    """Our .h5 says the modules of operations, without which Keras itself cannot read its own, and of models inside wrappers."""
    if isinstance(config, dict):
        return {k: without_modules(v) for k, v in config.items() if k not in ("module", "registered_name", "build_config")}
    return [without_modules(v) for v in config] if isinstance(config, list) else config


def compare_files(theirs, model: Path, ours: Path) -> str | None:
    """What differs between a file and the one that Keras writes of the model."""
    if ours.name == "model.keras" and model.name in ("model.keras", "model"):
        with tempfile.TemporaryDirectory() as scratch:
            return difference_of_hdf5(weights(model, Path(scratch)), weights(ours, Path(scratch)))
    # Keras builds the layers of a model without build_configs inside it, and calls their weights by the model's name too; so it does from an .h5,
    # of which it does not always restore the optimizer's state either.
    if model.suffix == ".h5" or ours.name == "model.h5" and "without_build_config" in str(model) or ours.name not in ("model.h5", "architecture.json"):
        return None
    # Keras 3.15.1 leaves out the zero points of these.
    if any(getattr(layer, "quantization_mode", None) in ("gptq", "awq") for layer in theirs._flatten_layers()):
        return None
    with tempfile.TemporaryDirectory() as scratch:
        if ours.name == "architecture.json":
            path, ours = Path(scratch) / "model.weights.h5", ours.with_name("architecture.weights.h5")
            theirs.save_weights(path)
        else:
            path = Path(scratch) / "model.h5"
            try:
                theirs.save(path)
            except Exception:  # not all models can be
                return None
        return difference_of_hdf5(path, ours)


def compare(folder: Path, words: list[str], every: int) -> bool:
    import goldens
    import keras

    passed, problems, like_keras = collections.Counter(), [], collections.Counter()
    notes = collections.Counter()
    for i, (name, model) in enumerate(cases(words)):
        files = [file for k, file in enumerate(FORMATS) if (i + k) % every == 0]
        if i % 50 == 0:
            print(f"{i} compared", file=sys.stderr, flush=True)
        if not files:
            continue
        keras.utils.clear_session()
        theirs = goldens.load(model)
        try:
            predictions = predicted(theirs, model)
        except Exception:  # TensorFlow has no kernel for some of them on this machine
            predictions = None
            notes["models that TensorFlow does not run here, compared without predictions"] += 1
        adapted = any(getattr(layer, "lora_enabled", False) for layer in theirs.layers)
        for file in files:
            ours = folder / name / file
            keras.utils.clear_session()
            expected = merged(theirs) if adapted and file != "model.h5" else theirs
            problem = problem_of(lambda: load(ours, expected), expected, model, ours, predictions, not adapted) if ours.exists() else "was not written"
            problem = problem or compare_files(expected, model, ours)
            if problem and ours.exists() and is_keras_own(problem, problem_of_keras(theirs, model, file, predictions)):
                like_keras[file] += 1
            elif problem:
                problems.append(f"{name}/{file}: {problem}")
            else:
                passed[file] += 1
    print("\n".join(problems))
    for file in FORMATS:
        print(f"{file:<20}{passed[file]:>6} opened by Keras and equal, {like_keras[file]} with exactly the loss or error of Keras' own file")
    for note, n in notes.items():
        print(f"{n} {note}")
    print(f"{sum(passed.values()) + sum(like_keras.values())} passed, {len(problems)} failed")
    return not problems


def is_keras_own(problem: str, of_keras: str | None) -> bool:
    """Keras reads no .h5 with an ellipsis; in its own it gets no further than the operation that has it, whose module is not said."""
    return problem == of_keras or of_keras is not None and problem.endswith("Could not parse config: Ellipsis")


def merged(adapted):
    """A model with what its adapters learnt in its weights, as Keras saves it."""
    import keras

    with tempfile.TemporaryDirectory() as scratch:
        adapted.save(Path(scratch) / "model.keras")
        return keras.models.load_model(Path(scratch) / "model.keras")


def problem_of(loading, theirs, model: Path, path: Path, predictions, exact: bool = True) -> str | None:
    """exact: whether weights must be the same bit by bit; what adapters learnt is a product, whose sums may have another order."""
    try:
        return compare_models(theirs, loading(), model, path, predictions, exact)
    except Exception as e:
        return f"{type(e).__name__}: {str(e).strip().splitlines()[0] if str(e).strip() else ''}"[:120]


def problem_of_keras(theirs, model: Path, file: str, predictions) -> str | None:
    """What is wrong with the file that Keras itself writes."""
    if file != "model.h5":
        return None
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / file
        try:
            theirs.save(path)
        except Exception:
            return None
        return problem_of(lambda: load(path, theirs), theirs, model, path, predictions)


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("words", nargs="*")
    arguments.add_argument("--every", type=int, default=1)
    checking.main(
        arguments,
        lambda folder, a: make(folder, a.words, a.every),
        lambda folder: checking.jobs(folder, "convert", "jobs.tsv"),
        lambda folder, a: compare(folder, a.words, a.every),
    )


if __name__ == "__main__":
    main()
