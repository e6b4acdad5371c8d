"""What a golden case is, and how one is written: the machinery under generate.py. The cases stand in cases/*.py."""

import dataclasses
import io
import itertools
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

BATCH = 3
GOLDEN = Path(__file__).parent / "golden"
TRAINING = Path(__file__).parent / "golden-training"
CASES: list["Case | TrainingCase"] = []

# ----------------------------------------------------------------------------------------------------------- inputs


@dataclasses.dataclass(frozen=True)
class In:
    """An input of a model: its shape without the batch, its dtype, and what numbers to fill it with."""

    shape: tuple
    dtype: str = "float32"
    kind: str = "normal"
    arg: Any = None
    name: str | None = None

    def data(self, rng: np.random.Generator, batch: int = BATCH) -> np.ndarray:
        shape = (batch, *(5 if n is None else n for n in self.shape))
        match self.kind:
            case "normal":
                x = rng.normal(size=shape)
            case "positive":
                x = rng.uniform(0.2, 2.0, size=shape)
            case "unit":  # open interval (-1, 1): the domain of arcsin, arctanh, ...
                x = rng.uniform(-0.9, 0.9, size=shape)
            case "image":
                x = rng.uniform(0, 255, size=shape)
            case "ints":
                x = rng.integers(0, self.arg, size=shape)
            case "signed":
                x = rng.integers(-self.arg, self.arg + 1, size=shape)
            case "distinct":  # no ties, so that sorting has one right answer
                x = rng.permutation(int(np.prod(shape))).reshape(shape) - int(np.prod(shape)) // 2
            case "flags":
                x = rng.integers(0, 2, size=shape)
            case "words":
                x = rng.choice(np.array(self.arg), size=shape)
                return x.astype(np.str_)
            case "steps":  # (steps, features): zero steps at the end of row 0, inside row 1, everywhere in row 2
                x = rng.normal(size=shape)
                x[0, -2:] = 0
                x[1, 1:3] = 0
                x[2] = 0
            case "tokens":  # (steps,): the same, as token numbers where 0 is padding
                x = rng.integers(1, self.arg, size=shape)
                x[0, -2:] = 0
                x[1, 1:3] = 0
                x[2] = 0
            case "mask":  # (steps,): true where a step counts; never all false
                x = rng.integers(0, 2, size=shape)
                x[..., 0] = 1
            case _:
                raise ValueError(f"unknown kind of input: {self.kind}")
        return x.astype("float32" if self.dtype == "bfloat16" else self.dtype)

    def key(self) -> str:
        if self.name:
            return self.name
        text = "x".join("n" if n is None else str(n) for n in self.shape) or "scalar"
        return "_".join(filter(None, [
            "x", text, "" if self.dtype == "float32" else self.dtype, "" if self.kind == "normal" else self.kind]))

    def tensor(self) -> keras.KerasTensor:
        return keras.Input(self.shape, dtype=self.dtype, name=self.key())


def ints(high: int, *shape: int | None, dtype: str = "int32") -> In:
    return In(shape, dtype, "ints", high)


def words(choices: list[str], *shape: int) -> In:
    return In(shape, "string", "words", tuple(choices))


# ------------------------------------------------------------------------------------------------------------ cases


@dataclasses.dataclass
class Case:
    group: str
    name: str
    build: Callable[[], keras.Model]
    data: Callable[[np.random.Generator, keras.Model], list[np.ndarray]]
    write: Callable[[keras.Model, Path], Path]  # returns the file or folder to load
    calls: int = 1  # of a stateful model: successive predictions
    randomize: bool = True
    info: dict | None = None  # for whoever reads a failure

    @property
    def folder(self) -> Path:
        return GOLDEN / self.group / self.name

    @property
    def exists(self) -> bool:
        return (self.folder / "out.npz").exists()


@dataclasses.dataclass
class TrainingCase:
    """Of training: whatever its function writes into the folder."""

    group: str
    name: str
    produce: Callable[[Path, int], None]

    @property
    def folder(self) -> Path:
        return TRAINING / self.group / self.name

    @property
    def exists(self) -> bool:
        return self.folder.exists()


@dataclasses.dataclass
class FileCase(TrainingCase):
    """Of a format that is not Keras' own: whatever its function writes."""

    @property
    def folder(self) -> Path:
        return GOLDEN.with_name(f"golden-{self.group}") / self.name


def file_case(group: str, name: str, produce: Callable[[Path, int], None]) -> None:
    """produce: from a folder and a seed for random numbers."""
    CASES.append(FileCase(group, name, produce))


def training_case(group: str, name: str, produce: Callable[[Path, int], None]) -> None:
    """produce: from a folder and a seed for random numbers."""
    CASES.append(TrainingCase(group, name, produce))


def table(group: str, name: str, make: Callable[[np.random.Generator], tuple[list[dict], dict[str, np.ndarray]]]) -> None:
    """A training case of rows with options, and arrays that they name or that are what Keras computes for them."""
    def produce(folder: Path, seed: int) -> None:
        rows, arrays = make(np.random.default_rng(seed))
        lines = ",\n".join(json.dumps(r) for r in rows)
        (folder / "rows.json").write_text(f"[\n{lines}\n]\n")
        write_npz(folder / "data.npz", arrays)

    training_case(group, name, produce)


def case(group: str, name: str, build: Callable, inputs: list[In] | None = None, write: Callable | None = None,
         **options) -> None:
    """One model. Its inputs are filled as `inputs` says, or with normal numbers of each input's shape."""

    def data(rng, model):
        specs = inputs or [In(tuple(t.shape[1:]), t.dtype) for t in model.inputs]
        return [spec.data(rng, t.shape[0] or BATCH) for spec, t in zip(specs, model.inputs, strict=True)]

    CASES.append(Case(group, name, build, data, write or write_keras, **options))


def product(**options: list) -> list[dict]:
    return [dict(zip(options, values)) for values in itertools.product(*options.values())]


def text(value: Any) -> str:
    match value:
        case None | bool():
            return str(value).lower()
        case tuple() | list():
            return "x".join(text(v) for v in value)
        case dict():
            return "_".join(f"{k}_{text(v)}" for k, v in value.items())
        case keras.layers.Layer() | keras.Operation():
            return value.name
    return re.sub(r"[^A-Za-z0-9.]", "_", str(value).replace("-", "m")) or "empty"


def layer(kind: str | Callable, options: list[dict] | None = None, inputs: In | list[In] | Callable = In((4,)),
          call: Callable | None = None, skip: Callable = lambda **o: False, group: str | None = None, name: str = "sweep",
          per_model: int = 12, sample: int | None = None, **fixed) -> None:
    """Sweeps the options of a layer: each combination is a branch of a model, and its name says the options.

    kind: a class in keras.layers, or a function of the options. inputs: the same for all branches, or a function of the
    options; a channels_first branch gets its channels moved. call: `(layer, tensors) -> outputs`, by default a plain call.
    skip: which combinations Keras refuses. sample: at most so many combinations, every pair of values among them.
    """
    make = getattr(keras.layers, kind) if isinstance(kind, str) else kind
    group = group or snake(kind if isinstance(kind, str) else kind.__name__)
    options = [o for o in (options or [{}]) if not skip(**o)]
    swept = [k for k in dict.fromkeys(itertools.chain(*options)) if len({text(o.get(k)) for o in options}) > 1]
    options = sampled(options, sample, group + name)

    def specs(o: dict) -> list[In]:
        found = inputs(**o) if callable(inputs) else inputs
        found = [found] if isinstance(found, In) else list(found)
        if o.get("data_format") == "channels_first" and not callable(inputs):
            found = [dataclasses.replace(s, shape=(s.shape[-1], *s.shape[:-1])) for s in found]
        return found

    count = -(-len(options) // per_model)
    for i in range(count):
        branches = options[i::count]  # each model gets a bit of everything
        keyed = {s.key(): s for o in branches for s in specs(o)}

        def build(branches=branches, keyed=keyed):
            tensors = {key: s.tensor() for key, s in keyed.items()}
            outputs = []
            for o in branches:
                label = ".".join([group, *(f"{k}_{text(o[k])}" for k in swept if k in o)])
                built = make(**fixed, **resolve(o), name=label)
                xs = [tensors[s.key()] for s in specs(o)]
                y = call(built, xs) if call else built(xs[0] if len(xs) == 1 else xs)
                outputs.extend(keras.tree.flatten(y))
            return keras.Model(list(tensors.values()), outputs)

        case(group, name if count == 1 else f"{name}_{i:02d}", build, list(keyed.values()))


def resolve(options: dict) -> dict:
    """Options that are themselves layers are given as functions, so that each branch has its own."""
    return {k: v() if getattr(v, "fresh", False) else v for k, v in options.items()}


def fresh(function: Callable) -> Callable:
    function.fresh = True
    return function


def pairwise(options: list[dict], size: int, seed: str) -> list[dict]:
    """A subset in which every pair of option values that occurs at all occurs; filled up to size."""
    order = list(options)
    np.random.default_rng(zlib.crc32(seed.encode())).shuffle(order)

    def pairs(o):
        items = [(k, text(v)) for k, v in o.items()]
        return set(itertools.combinations(items, 2))

    missing = set().union(*map(pairs, order))
    chosen = []
    while missing:
        best = max(order, key=lambda o: len(pairs(o) & missing))
        missing -= pairs(best)
        chosen.append(best)
        order.remove(best)
    return chosen + order[:max(0, size - len(chosen))]


def sampled(options: list[dict], size: int | None, seed: str) -> list[dict]:
    """At most so many combinations, every pair of values among them where there is room."""
    return pairwise(options, size, seed) if size and len(options) > size else options


def snake(name: str) -> str:
    """As Keras names a layer's group in the weight file: Conv2DTranspose is conv2d_transpose."""
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


# ---------------------------------------------------------------------------------------------------------- writing


def randomize(model: keras.Model, seed: int) -> None:
    """Gives every weight a number that shows: zeros and ones hide a bias, a swapped gate or a moving average."""
    rng = np.random.default_rng(seed)
    for v in model.weights:
        if not keras.backend.is_float_dtype(v.dtype) or "/normalization" in f"/{v.path}":
            continue  # counts; and the statistics of Normalization, which adapt() or the table gave
        name = v.path.rsplit("/", 1)[-1]
        if "variance" in name:
            value = rng.uniform(0.5, 1.5, v.shape)
        elif name in ("gamma", "scale"):
            value = rng.uniform(0.5, 1.5, v.shape) * rng.choice([-1, 1], v.shape)
        else:
            value = rng.normal(0, 0.4, v.shape)
        v.assign(value.astype("float32"))


# Keras stores its archives' members as they are. HDF5 files of small weights are mostly zeros, so the larger archives are
# zipped again with compression, as users do: it keeps the repository small and shows both to a reader.
DEFLATE_ABOVE = 24_000


def write_keras(model: keras.Model, folder: Path) -> Path:
    path = folder / "model.keras"
    model.save(path)
    normalize_zip(path, zipfile.ZIP_DEFLATED if path.stat().st_size > DEFLATE_ABOVE else zipfile.ZIP_STORED)
    return path


def normalize_config(config: str) -> str:
    """Replaces the ids of shared objects, which are Python addresses, by 1, 2, 3..."""
    ids: dict[str, int] = {}
    return re.sub(r'("shared_object_id": )(\d+)', lambda m: m[1] + str(ids.setdefault(m[2], len(ids) + 1)), config)


def normalize_zip(path: Path, compression: int = zipfile.ZIP_STORED, zip64: bool = False) -> None:
    """Writes the archive anew without clock times and addresses, so that the same table gives the same bytes."""
    with zipfile.ZipFile(path) as source:
        members = [(name, source.read(name)) for name in source.namelist()]
    with zipfile.ZipFile(path, "w", compression) as out:
        for name, data in members:
            if name == "metadata.json":
                data = json.dumps({**json.loads(data), "date_saved": "2026-01-01@00:00:00"}).encode()
            elif name == "config.json":
                data = normalize_config(data.decode()).encode()
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = compression
            with out.open(info, "w", force_zip64=zip64) as member:
                member.write(data)


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """numpy.savez_compressed without the clock time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for key, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asanyarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{key}.npy", (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, buffer.getvalue())


# ------------------------------------------------------------------------------------------------------- predictions


def to_numpy(x: Any) -> np.ndarray:
    if hasattr(x, "to_tensor"):  # a ragged or sparse tensor
        x = x.to_tensor()
    x = x.numpy() if hasattr(x, "numpy") else np.asarray(x)
    if x.dtype.name == "bfloat16":
        return x.astype("float32")  # numpy's file format has no bfloat16
    if x.dtype.kind in "OS":
        decoded = np.vectorize(lambda s: s.decode() if isinstance(s, bytes) else s, otypes=[object])(x)
        return decoded.astype(np.str_)
    return x


def input_names(model: keras.Model) -> list[str]:
    return [t._keras_history.operation.name for t in model.inputs]


def predict(model: keras.Model, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    return {name: to_numpy(y) for name, y in call(model, arrays).items()}


def call(model: keras.Model, arrays: list[np.ndarray]) -> dict[str, Any]:
    """What a model makes of arrays, by the names of its outputs."""
    tensors = []
    for x, spec in zip(arrays, model.inputs, strict=True):
        if x.dtype.kind == "U":
            import tensorflow as tf

            tensors.append(tf.constant(x))
        else:
            tensors.append(keras.ops.convert_to_tensor(x, spec.dtype))
    functional = getattr(model, "_functional", None) or model  # of a Sequential
    struct = functional._inputs_struct
    outputs = keras.tree.flatten(model(keras.tree.pack_sequence_as(struct, tensors), training=False))
    names = [t._keras_history.operation.name for t in functional.outputs]
    named: dict[str, Any] = {}
    for name, y in zip(names, outputs, strict=True):
        key, n = name, 0
        while key in named:  # a layer with several outputs
            n += 1
            key = f"{name}_{n}"
        named[key] = y
    return named


def write(c: Case | TrainingCase) -> None:
    """Builds, saves, loads back and predicts. Raises what Keras raises."""
    keras.utils.clear_session()
    seed = zlib.crc32(f"{c.group}/{c.name}".encode())
    keras.utils.set_random_seed(seed % 2**31)
    if isinstance(c, TrainingCase):
        shutil.rmtree(c.folder, ignore_errors=True)
        c.folder.mkdir(parents=True)
        c.produce(c.folder, seed)
        return
    model = c.build()
    if c.randomize:
        randomize(model, seed)
    shutil.rmtree(c.folder, ignore_errors=True)
    c.folder.mkdir(parents=True)
    file = c.write(model, c.folder)
    rng = np.random.default_rng(seed + 1)
    batches = [c.data(rng, model) for _ in range(c.calls)]
    for i, arrays in enumerate(batches):
        suffix = "" if i == 0 else f"_{i + 1}"
        write_npz(c.folder / f"in{suffix}.npz", dict(zip(input_names(model), arrays, strict=True)))
    if c.info:
        (c.folder / "info.json").write_text(json.dumps(c.info, indent=1) + "\n")
    expect(c.folder, file)


def load(path: Path) -> keras.Model:
    if path.name == "model.json":
        model = keras.models.model_from_json(path.read_text())
        weights = [p for p in (path.with_name("model.weights.h5"), path.with_name("model.weights.json")) if p.exists()]
        model.load_weights(weights[0])
        return model
    if path.is_dir():  # Keras opens a folder only under the name it would have as an archive
        with tempfile.TemporaryDirectory() as scratch:
            target = Path(scratch) / "model.keras"
            shutil.make_archive(str(target), "zip", path)
            os.rename(f"{target}.zip", target)
            return keras.saving.load_model(target)
    return keras.saving.load_model(path)


SUMMARIZED = ("graph", "spectral_normalization", "string_lookup", "group_query_attention")


def summary(model: keras.Model) -> str:
    lines: list[str] = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    return "\n".join(line.rstrip() for line in "\n".join(lines).strip().splitlines()) + "\n"


def expect(folder: Path, file: Path) -> None:
    """Writes out.npz, what the model predicts that Keras loads back from the file, and for some groups summary.txt."""
    model = load(file)
    if folder.parent.name in SUMMARIZED:
        (folder / "summary.txt").write_text(summary(model))
    for source in sorted(folder.glob("in*.npz")):
        with np.load(source) as arrays:
            outputs = predict(model, [arrays[name] for name in input_names(model)])
        bad = [k for k, y in outputs.items() if y.dtype.kind == "f" and not np.isfinite(y).all()]
        if bad and not folder.name.startswith("non_finite"):
            raise ValueError(f"not finite, which tests nothing: {bad}")
        write_npz(folder / source.name.replace("in", "out"), outputs)
