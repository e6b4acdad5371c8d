"""Compares Argali with real Keras on random models, made on the spot.

    live_check.py                       makes 300 models, runs bin/argali over them, compares
    live_check.py --count 50 --seed 7   others
    live_check.py --make DIR            only makes the models, their inputs, the expected outputs and DIR/jobs.tsv
    live_check.py --compare DIR         only compares what stands in DIR

A model is a random stack of layers with random options; model i of a seed is always the same.
"""

import collections
import json
from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

# Sums are taken in another order than Keras takes them: a part of the value itself, and of the largest value, whose
# rounding a difference of large numbers carries along.
RELATIVE, OF_LARGEST = 1e-4, 1e-5

ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "gelu", "swish", "softplus", "softsign", "relu6",
               "leaky_relu", "hard_sigmoid", "mish", "softmax"]


class Stack:
    """Random layers for what a tensor of each rank can go through."""

    def __init__(self, rng):
        import keras

        self.rng, self.L, self.used = rng, keras.layers, []

    def pick(self, options):
        return options[self.rng.integers(len(options))]

    def flag(self):
        return bool(self.rng.integers(2))

    def activation(self):
        return self.pick(ACTIVATIONS)

    def size(self):
        return int(self.rng.integers(1, 6))

    def make(self, kind, **options):
        self.used.append(kind)
        return getattr(self.L, kind)(**options)

    def vector(self, x):
        match self.pick(["Dense", "Dense", "BatchNormalization", "LayerNormalization", "residual", "Reshape", "RepeatVector",
                         "PReLU", "Dropout", "UnitNormalization", "Softmax"]):
            case "Dense":
                return self.make("Dense", units=self.size(), activation=self.activation(), use_bias=self.flag())(x)
            case "residual":
                return self.make(self.pick(["Add", "Multiply", "Maximum", "Average", "Subtract", "Concatenate"]))(
                    [x, self.make("Dense", units=x.shape[-1])(x)])
            case "Reshape":
                return self.make("Reshape", target_shape=(-1, 1))(x)
            case "RepeatVector":
                return self.make("RepeatVector", n=self.size())(x)
            case "Dropout":
                return self.make("Dropout", rate=0.3)(x)
            case "BatchNormalization":
                return self.make("BatchNormalization", center=self.flag(), scale=self.flag())(x)
            case "LayerNormalization":
                return self.make("LayerNormalization", epsilon=0.1, center=self.flag(), scale=self.flag())(x)
            case kind:
                return self.make(kind)(x)

    def sequence(self, x):
        steps, features = x.shape[1:]
        match self.pick(["recurrent", "recurrent", "Bidirectional", "Conv1D", "SeparableConv1D", "Conv1DTranspose", "pool",
                         "GlobalMaxPooling1D", "GlobalAveragePooling1D", "Flatten", "TimeDistributed", "attention",
                         "LayerNormalization", "Permute", "ZeroPadding1D", "UpSampling1D", "Dense", "BatchNormalization"]):
            case "recurrent":
                kind = self.pick(["LSTM", "GRU", "SimpleRNN"])
                more = {"reset_after": self.flag()} if kind == "GRU" else {}
                return self.make(kind, units=self.size(), return_sequences=self.flag(), go_backwards=self.flag(),
                                 use_bias=self.flag(), **more)(x)
            case "Bidirectional":
                inner = self.make(self.pick(["LSTM", "GRU", "SimpleRNN"]), units=self.size(), return_sequences=self.flag())
                return self.make("Bidirectional", layer=inner, merge_mode=self.pick(["concat", "sum", "mul", "ave"]))(x)
            case "Conv1D":
                stride, dilation = self.pick([(1, 1), (2, 1), (1, 2)])
                return self.make("Conv1D", filters=self.size(), kernel_size=self.pick([1, 2, 3]), strides=stride,
                                 dilation_rate=dilation, padding=self.pick(["same", "causal"]), activation=self.activation())(x)
            case "SeparableConv1D":
                return self.make("SeparableConv1D", filters=self.size(), kernel_size=self.pick([1, 2, 3]), padding="same",
                                 depth_multiplier=self.pick([1, 2]))(x)
            case "Conv1DTranspose":
                return self.make("Conv1DTranspose", filters=self.size(), kernel_size=self.pick([2, 3]),
                                 strides=self.pick([1, 2]), padding=self.pick(["valid", "same"]))(x)
            case "pool":
                return self.make(self.pick(["MaxPooling1D", "AveragePooling1D"]), pool_size=2, padding="same",
                                 strides=self.pick([None, 1]))(x)
            case "TimeDistributed":
                return self.make("TimeDistributed", layer=self.make("Dense", units=self.size()))(x)
            case "attention":
                return self.make("MultiHeadAttention", num_heads=self.pick([1, 2]), key_dim=self.size(),
                                 use_bias=self.flag())(x, x, use_causal_mask=self.flag())
            case "Permute":
                return self.make("Permute", dims=(2, 1))(x)
            case "ZeroPadding1D":
                return self.make("ZeroPadding1D", padding=self.pick([1, (0, 2)]))(x)
            case "UpSampling1D":
                return self.make("UpSampling1D", size=2)(x) if steps < 20 else x
            case "Dense":
                return self.make("Dense", units=self.size(), activation=self.activation())(x)
            case "LayerNormalization":
                return self.make("LayerNormalization", epsilon=0.1, axis=self.pick([-1, 1, (1, 2)]))(x)
            case kind:
                return self.make(kind)(x)

    def image(self, x):
        height, width, channels = x.shape[1:]
        match self.pick(["Conv2D", "Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "pool", "global",
                         "Flatten", "BatchNormalization", "GroupNormalization", "ZeroPadding2D", "Cropping2D",
                         "UpSampling2D", "residual", "Reshape", "SpatialDropout2D", "ReLU", "LeakyReLU"]):
            case "Conv2D":
                stride, dilation = self.pick([(1, 1), (2, 1), (1, 2), ((2, 1), 1)])
                return self.make("Conv2D", filters=self.size(), kernel_size=self.pick([1, 2, 3, (1, 3)]), strides=stride,
                                 dilation_rate=dilation, padding="same", activation=self.activation(),
                                 use_bias=self.flag())(x)
            case "DepthwiseConv2D":
                return self.make("DepthwiseConv2D", kernel_size=self.pick([1, 2, 3]), strides=self.pick([1, 2]), padding="same",
                                 depth_multiplier=self.pick([1, 2]) if channels < 8 else 1)(x)
            case "SeparableConv2D":
                return self.make("SeparableConv2D", filters=self.size(), kernel_size=self.pick([1, 3]), padding="same")(x)
            case "Conv2DTranspose":
                return self.make("Conv2DTranspose", filters=self.size(), kernel_size=self.pick([2, 3]),
                                 strides=self.pick([1, 2]) if height < 16 else 1, padding=self.pick(["valid", "same"]))(x)
            case "pool":
                return self.make(self.pick(["MaxPooling2D", "AveragePooling2D"]), pool_size=self.pick([2, 3]),
                                 strides=self.pick([None, 1, 2]), padding="same")(x)
            case "global":
                return self.make(self.pick(["GlobalMaxPooling2D", "GlobalAveragePooling2D"]), keepdims=False)(x)
            case "GroupNormalization":
                return self.make("GroupNormalization", groups=self.pick([1, -1]), epsilon=0.1)(x)
            case "ZeroPadding2D":
                return self.make("ZeroPadding2D", padding=self.pick([1, (0, 2), ((1, 0), (0, 1))]))(x)
            case "Cropping2D":
                return self.make("Cropping2D", cropping=((1, 0), (0, 1)))(x) if min(height, width) > 2 else x
            case "UpSampling2D":
                return self.make("UpSampling2D", size=2, interpolation=self.pick(["nearest", "bilinear"]))(
                    x) if max(height, width) < 12 else x
            case "residual":
                y = self.make("Conv2D", filters=channels, kernel_size=3, padding="same")(x)
                return self.make(self.pick(["Add", "Multiply", "Concatenate"]))([x, y])
            case "Reshape":
                return self.make("Reshape", target_shape=(height * width, channels))(x)
            case "SpatialDropout2D":
                return self.make("SpatialDropout2D", rate=0.2)(x)
            case kind:
                return self.make(kind)(x)

    def model(self):
        import keras

        start = self.pick(["vector", "sequence", "image", "tokens"])
        shape = {"vector": (self.size() + 1,), "sequence": (self.size() + 2, self.size()),
                 "image": (self.size() + 3, self.size() + 3, self.pick([1, 2, 3])), "tokens": (self.size() + 2,)}[start]
        x = y = keras.Input(shape, dtype="int32" if start == "tokens" else "float32", name="x")
        if start == "tokens":
            y = self.make("Embedding", input_dim=9, output_dim=self.size(), mask_zero=self.flag())(x)
        for _ in range(self.rng.integers(1, 7)):
            y = {2: self.vector, 3: self.sequence, 4: self.image}[len(y.shape)](y)
        if y is x:
            y = self.make("Identity")(x)
        return keras.Model(x, y)


def make(folder: Path, count: int, seed: int) -> None:
    import keras
    import goldens

    jobs, infos = [], []
    for i in range(count):
        keras.utils.clear_session()
        keras.utils.set_random_seed(i)
        rng = np.random.default_rng([seed, i])
        stack = Stack(rng)
        model = stack.model()
        goldens.randomize(model, int(rng.integers(2**31)))
        here = folder / f"{i:04d}"
        here.mkdir(parents=True)
        model.save(here / "model.keras")
        shape = (3, *model.inputs[0].shape[1:])
        x = rng.integers(0, 9, shape).astype("int32") if model.inputs[0].dtype == "int32" else rng.normal(
            size=shape).astype("float32")
        np.savez(here / "in.npz", x=x)
        goldens.write_npz(here / "out.npz", goldens.predict(keras.saving.load_model(here / "model.keras"), [x]))
        jobs.append("\t".join(str(here / n) for n in ("model.keras", "in.npz", "argali.npz")))
        infos.append({"folder": here.name, "layers": stack.used})
    (folder / "jobs.tsv").write_text("\n".join(jobs) + "\n")
    (folder / "layers.json").write_text(json.dumps(infos))


def difference(expected: Path, actual: Path, relative=RELATIVE, of_largest=OF_LARGEST, finite=True) -> str | None:
    """None if the two files agree, else what is wrong. finite: whether a value that is not finite is wrong, also where Keras has it."""
    if not actual.exists():
        return "no output"
    with np.load(expected) as e, np.load(actual) as a:
        if len(e.files) != len(a.files):
            return f"{len(a.files)} outputs, expected {len(e.files)}"
        for name, other in zip(e.files, a.files):
            y, z = e[name], a[other]
            if y.shape != z.shape:
                return f"{name}: shape {z.shape}, expected {y.shape}"
            if y.dtype.kind not in "fc":
                if not np.array_equal(y, z):
                    return f"{name}: values differ"
                continue
            wide = "complex128" if y.dtype.kind == "c" else "float64"
            y, z = y.astype(wide), z.astype(wide)
            largest = np.abs(y if finite else y[np.isfinite(y)]).max(initial=0)
            wrong = ~(np.abs(z - y) <= relative * np.abs(y) + of_largest * max(1.0, float(largest)))
            if not finite:
                wrong &= ~((y == z) | (np.isnan(y) & np.isnan(z)))
            if wrong.any():
                return f"{name}: {wrong.sum()} of {y.size} values off, at most by {np.nanmax(np.abs(z - y)):.2g}"
    return None


def compare(folder: Path) -> bool:
    infos = json.loads((folder / "layers.json").read_text())
    total, failing, shown = collections.Counter(), collections.Counter(), []
    for info in infos:
        kinds = set(info["layers"])
        total.update(kinds)
        problem = difference(folder / info["folder"] / "out.npz", folder / info["folder"] / "argali.npz")
        if problem:
            failing.update(kinds)
            shown.append(f"{info['folder']}: {problem}   [{' > '.join(info['layers'])}]")
    if shown:
        print("\n".join(shown[:40] + ([f"... and {len(shown) - 40} more"] if len(shown) > 40 else [])))
        print(f"\n{'layer':<24}{'failing models':>15}{'of':>6}")
        for kind, n in failing.most_common():
            print(f"{kind:<24}{n:>15}{total[kind]:>6}")
    print(f"{len(infos) - len(shown)} passed, {len(shown)} failed")
    return not shown


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    checking.main(
        arguments,
        lambda folder, a: make(folder, a.count, a.seed),
        lambda folder: checking.jobs(folder, "predict", "jobs.tsv"),
        lambda folder, _: compare(folder),
    )


if __name__ == "__main__":
    main()
