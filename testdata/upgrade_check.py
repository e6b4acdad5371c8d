"""Has tf_keras save models of Keras 2 as .h5, .keras and SavedModel, Argali upgrade them to Keras 3's .keras, and real Keras 3 open these: all three must predict the same.

    upgrade_check.py                      every layer once with its defaults, and 300 with random options
    upgrade_check.py --count 50 --seed 7  others
    upgrade_check.py --make DIR           only makes the models, inputs, expected outputs and the jobs for argali
    upgrade_check.py --compare DIR        only compares what stands in DIR
    upgrade_check.py --keras              also lists which of the .h5 files Keras 3 reads by itself

Each model is one layer, or one of the graphs at the end of the table; model i of a seed is always the same.
"""

import collections
import json
import sys
from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

# The same sums in another order: a part of the value itself, and of the largest value.
RELATIVE, OF_LARGEST = 1e-5, 1e-6

ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "gelu", "swish", "softplus", "softsign", "hard_sigmoid", "softmax",
               "exponential", "mish"]
RNN = dict(units=[1, 3, 8], activation=ACTIVATIONS[1:4], return_sequences=[False, True], go_backwards=[False, True],
           use_bias=[True, False], unroll=[False, True])
GATED = RNN | dict(recurrent_activation=["sigmoid", "hard_sigmoid", "tanh"])
PAD = dict(padding=["valid", "same"], strides=[1, 2])
CONV = PAD | dict(filters=[2, 4], kernel_size=[1, 2, 3], activation=ACTIVATIONS[:6], use_bias=[True, False])
DILATED = CONV | dict(strides=[1], dilation_rate=[1, 2])
SEPARABLE = PAD | dict(kernel_size=[2, 3], depth_multiplier=[1, 2], use_bias=[True, False], activation=ACTIVATIONS[:4])
POOL = dict(pool_size=[2, 3], strides=[None, 1, 2], padding=["valid", "same"])
GLOBAL = dict(keepdims=[False, True])
LOOKUP = dict(num_oov_indices=[1, 2], mask_token=[None, "a"], output_mode=["int", "one_hot", "multi_hot", "count"])
V, S, I, C = (6,), (8, 6), (8, 9, 4), (6, 7, 6, 3)
WORDS = ["a", "b", "c", "d", "e"]

# Layer: input shape, then options; "ints" and "words" as the first of a shape say what to fill the input with.
LAYERS = {
    "Activation": (V, dict(activation=ACTIVATIONS)), "ELU": (V, dict(alpha=[1.0, 0.3])), "LeakyReLU": (V, dict(alpha=[0.3, 0.1])),
    "PReLU": (S, dict(shared_axes=[None, [1]])), "ReLU": (V, dict(max_value=[None, 0.8], negative_slope=[0.0, 0.2], threshold=[0.0, 0.3])),
    "Softmax": (S, dict(axis=[-1, 1])), "ThresholdedReLU": (V, dict(theta=[1.0, 0.4])),
    "Dense": (S, dict(units=[1, 5], activation=ACTIVATIONS, use_bias=[True, False], kernel_regularizer=[None, "l2"],
                      kernel_constraint=[None, "max_norm"], kernel_initializer=["glorot_uniform", "he_normal", "orthogonal"])),
    "EinsumDense": (S, dict(equation=["abc,cd->abd"], output_shape=[(None, 5)], bias_axes=[None, "d"])),
    "Embedding": (("ints", 7), dict(input_dim=[12], output_dim=[3, 5], mask_zero=[False, True], input_length=[None, 7])),
    "Masking": (S, dict(mask_value=[0.0, 1.0])), "Identity": (V, {}),
    "Conv1D": (S, DILATED | dict(padding=["valid", "same", "causal"], groups=[1, 2])), "Conv2D": (I, DILATED | dict(groups=[1, 2])), "Conv3D": (C, CONV),
    "Conv1DTranspose": (S, CONV), "Conv2DTranspose": (I, CONV), "Conv3DTranspose": (C, CONV),
    "DepthwiseConv1D": (S, SEPARABLE), "DepthwiseConv2D": (I, SEPARABLE),
    "SeparableConv1D": (S, SEPARABLE | dict(filters=[3])), "SeparableConv2D": (I, SEPARABLE | dict(filters=[3])),
    "LocallyConnected1D": (S, dict(filters=[3], kernel_size=[2])), "LocallyConnected2D": (I, dict(filters=[3], kernel_size=[2])),
    "MaxPooling1D": (S, POOL), "MaxPooling2D": (I, POOL), "MaxPooling3D": (C, POOL),
    "AveragePooling1D": (S, POOL), "AveragePooling2D": (I, POOL), "AveragePooling3D": (C, POOL),
    "GlobalMaxPooling1D": (S, GLOBAL), "GlobalMaxPooling2D": (I, GLOBAL), "GlobalMaxPooling3D": (C, GLOBAL),
    "GlobalAveragePooling1D": (S, GLOBAL), "GlobalAveragePooling2D": (I, GLOBAL), "GlobalAveragePooling3D": (C, GLOBAL),
    "BatchNormalization": (I, dict(axis=[-1, 1], center=[True, False], scale=[True, False], epsilon=[1e-3, 1e-2])),
    "LayerNormalization": (I, dict(axis=[-1, [1, 2]], center=[True, False], scale=[True, False])),
    "GroupNormalization": (I, dict(groups=[2, -1], center=[True, False])), "UnitNormalization": (I, dict(axis=[-1, 1])),
    "SpectralNormalization": (V, dict(layer=["Dense"], power_iterations=[1, 2])),
    "Add": ([V, V], {}), "Subtract": ([V, V], {}), "Multiply": ([V, V, V], {}), "Average": ([V, V], {}), "Maximum": ([V, V], {}),
    "Minimum": ([V, V], {}), "Concatenate": ([S, S], dict(axis=[-1, 1])), "Dot": ([S, S], dict(axes=[1, 2], normalize=[False, True])),
    "Flatten": (I, {}), "Reshape": (S, dict(target_shape=[(-1,), (6, 8), (4, -1)])), "Permute": (I, dict(dims=[(2, 1, 3), (3, 1, 2)])),
    "RepeatVector": (V, dict(n=[1, 3])), "Cropping1D": (S, dict(cropping=[1, (1, 2)])), "Cropping2D": (I, dict(cropping=[1, ((1, 2), (0, 1))])),
    "Cropping3D": (C, dict(cropping=[1])), "UpSampling1D": (S, dict(size=[2, 3])),
    "UpSampling2D": (I, dict(size=[2, (2, 3)], interpolation=["nearest", "bilinear"])), "UpSampling3D": (C, dict(size=[2])),
    "ZeroPadding1D": (S, dict(padding=[1, (1, 2)])), "ZeroPadding2D": (I, dict(padding=[1, ((1, 2), (0, 1))])), "ZeroPadding3D": (C, dict(padding=[1])),
    "ActivityRegularization": (V, dict(l1=[0.0, 0.1], l2=[0.2])), "AlphaDropout": (V, dict(rate=[0.3])), "Dropout": (V, dict(rate=[0.3])),
    "GaussianDropout": (V, dict(rate=[0.3])), "GaussianNoise": (V, dict(stddev=[0.3])), "SpatialDropout1D": (S, dict(rate=[0.3])),
    "SpatialDropout2D": (I, dict(rate=[0.3])), "SpatialDropout3D": (C, dict(rate=[0.3])),
    "SimpleRNN": (S, RNN), "LSTM": (S, GATED | dict(implementation=[1, 2])), "GRU": (S, GATED | dict(reset_after=[True, False])),
    "RNN": (S, dict(cell=["LSTMCell", "GRUCell", "SimpleRNNCell", "Stacked"], return_sequences=[False, True], go_backwards=[False, True])),
    "Bidirectional": (S, dict(layer=["LSTM", "GRU", "SimpleRNN"], merge_mode=["concat", "sum", "mul", "ave"], masked=[False, True])),
    "TimeDistributed": ((5, 4, 3), dict(layer=["Dense", "Conv1D"])),
    "ConvLSTM1D": ((4, 8, 2), dict(filters=[2], kernel_size=[2, 3], padding=["valid", "same"], return_sequences=[False, True])),
    "ConvLSTM2D": ((3, 6, 5, 2), dict(filters=[2], kernel_size=[2, 3], padding=["valid", "same"], recurrent_activation=["hard_sigmoid", "sigmoid"])),
    "ConvLSTM3D": ((2, 4, 5, 4, 2), dict(filters=[2], kernel_size=[2])),
    "Attention": ([S, S], dict(use_scale=[False, True], score_mode=["dot", "concat"])), "AdditiveAttention": ([S, S], dict(use_scale=[True, False])),
    "MultiHeadAttention": ("attention", dict(num_heads=[1, 2], key_dim=[3], value_dim=[None, 4], use_bias=[True, False], output_shape=[None, 5])),
    "CategoryEncoding": (("ints", 4), dict(num_tokens=[12], output_mode=["multi_hot", "count"])),
    "CenterCrop": (I, dict(height=[4], width=[5])), "Discretization": (V, dict(bin_boundaries=[[-0.5, 0.0, 0.5]])),
    "Hashing": (("words", 3), dict(num_bins=[5], salt=[None, 7])), "HashedCrossing": ([("words", 1), ("words", 1)], dict(num_bins=[7])),
    "IntegerLookup": (("ints", 4), dict(vocabulary=[[1, 2, 3, 7]], num_oov_indices=[1, 2], output_mode=["int", "multi_hot"])),
    "StringLookup": (("words", 4), LOOKUP | dict(vocabulary=[WORDS[1:4]])),
    "TextVectorization": (("words", 1), dict(vocabulary=[WORDS[:3]], output_mode=["int", "multi_hot"], output_sequence_length=[None])),
    "Normalization": (V, dict(axis=[-1, None], mean=[0.5], variance=[2.0])), "Rescaling": (V, dict(scale=[0.5], offset=[0.0, 1.0])),
    "Resizing": (I, dict(height=[5], width=[12], interpolation=["bilinear", "nearest"])),
    "RandomBrightness": (I, dict(factor=[0.2])), "RandomContrast": (I, dict(factor=[0.2])), "RandomCrop": (I, dict(height=[4], width=[5])),
    "RandomFlip": (I, dict(mode=["horizontal", "horizontal_and_vertical"])), "RandomHeight": (I, dict(factor=[0.2])),
    "RandomRotation": (I, dict(factor=[0.2])), "RandomTranslation": (I, dict(height_factor=[0.2], width_factor=[0.1])),
    "RandomWidth": (I, dict(factor=[0.2])), "RandomZoom": (I, dict(height_factor=[0.2])),
    "Lambda": (V, dict(function=["code"])),
}
KINDS = ("h5", "keras", "tf")  # the last is a SavedModel
# What Keras 3 has no layer for or does otherwise, or nobody runs: Argali must say so.
REFUSED = {"LocallyConnected1D", "LocallyConnected2D", "RandomHeight", "RandomWidth", "Lambda", "RandomCrop"}


def graphs(keras):
    """Models of several layers: operations, masks, shared and nested models, states."""
    import tensorflow as tf

    L = keras.layers

    def arithmetic():
        x = keras.Input(S)
        y = tf.nn.relu(2.0 - x * 3.0) / 4.0 + x[:, ::-1] * x[:, :1, -2:-1]
        return keras.Model(x, tf.concat([y, tf.reduce_mean(x, axis=-1, keepdims=True), tf.exp(-x) @ tf.transpose(x, [0, 2, 1])], axis=-1))

    def movement():
        x = keras.Input(S)
        y = tf.expand_dims(tf.reshape(x, [-1, 48]), 1)
        return keras.Model(x, [tf.squeeze(y, axis=1), tf.cast(x > 0, "float32") - tf.clip_by_value(x, -0.5, 0.5), tf.nn.softmax(x, axis=1)])

    def nested():
        inner_in = keras.Input((6,))
        inner = keras.Model(inner_in, L.BatchNormalization()(L.Dense(4, activation="relu")(inner_in)), name="inner")
        head = keras.Sequential([L.Dense(3, input_shape=(4,)), L.BatchNormalization()], name="head")
        inner.layers[1].trainable = False
        a, b = keras.Input(V), keras.Input(V)
        return keras.Model([a, b], [head(L.Add()([inner(a), inner(b)])), head(inner(a))])

    def states():
        x = keras.Input(S)
        sequence, h, c = L.LSTM(5, return_sequences=True, return_state=True)(x)
        return keras.Model(x, [L.LSTM(5)(sequence, initial_state=[h, c]), L.GRU(5, return_sequences=True)(sequence, initial_state=h)])

    def masks():
        x = keras.Input((7,), dtype="int32")
        e = L.Embedding(12, 4, mask_zero=True)(x)
        y = L.Bidirectional(L.LSTM(3, return_sequences=True))(e)
        return keras.Model(x, L.GlobalAveragePooling1D()(L.TimeDistributed(L.Dense(4))(L.GRU(3, return_sequences=True)(y))))

    def attention():
        x = keras.Input((7,), dtype="int32")
        e = L.Embedding(12, 4, mask_zero=True)(x)
        return keras.Model(x, L.LayerNormalization()(e + L.MultiHeadAttention(2, 3)(e, e, use_causal_mask=True)))

    def sequential():
        return keras.Sequential([L.Conv2D(4, 3, input_shape=I, activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dropout(0.2),
                                 L.Dense(5, activation="hard_sigmoid"), keras.Sequential([L.Dense(3, activation="softmax")])])

    def shared():
        d = L.Dense(6, activation="tanh")
        x = keras.Input(V)
        return keras.Model(x, d(d(x)))

    def dictionary():
        a, b = keras.Input(V, name="a"), keras.Input(V, name="b")
        return keras.Model({"b": b, "a": a}, {"sum": L.Add()([a, b]), "dense": L.Dense(2)(b)})

    def mixed():
        x = keras.Input(V)
        return keras.Model(x, L.Dense(3, dtype="float32")(L.Dense(4, dtype=keras.mixed_precision.Policy("mixed_float16"))(x)))

    def float64():
        x = keras.Input(V, dtype="float64")
        return keras.Model(x, L.Dense(3, dtype="float64")(x))

    return {f.__name__: f for f in (arithmetic, movement, nested, states, masks, attention, sequential, shared, dictionary, mixed, float64)}


def layer_model(keras, name, o):
    shape = LAYERS[name][0]
    L = keras.layers
    o = dict(o)
    inputs = [make_input(keras, s) for s in (shape if isinstance(shape, list) else [S, S] if shape == "attention" else [shape])]
    x = inputs if len(inputs) > 1 else inputs[0]
    inner = {"Dense": lambda: L.Dense(4), "Conv1D": lambda: L.Conv1D(2, 2), "LSTM": lambda: L.LSTM(3), "GRU": lambda: L.GRU(3, return_sequences=True),
             "SimpleRNN": lambda: L.SimpleRNN(2, return_sequences=True)}
    if name == "RNN":
        kind = o.pop("cell")
        cell = L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)]) if kind == "Stacked" else getattr(L, kind)(4)
        return keras.Model(x, L.RNN(cell, **o)(x))
    if name in ("TimeDistributed", "Bidirectional", "SpectralNormalization"):
        masked = o.pop("masked", False)
        made = getattr(L, name)(inner[o.pop("layer")](), **o)
        return keras.Model(x, made(L.Masking()(x) if masked else x))
    if name == "Lambda":
        return keras.Model(x, L.Lambda(lambda t: t * 2)(x))
    made = getattr(L, name)(**o)
    return keras.Model(inputs, made(*x) if shape == "attention" else made(x))


def make_input(keras, shape):
    match shape[0]:
        case "ints":
            return keras.Input(shape[1:], dtype="int32")
        case "words":
            return keras.Input(shape[1:], dtype="string")
    return keras.Input(shape)


def data(rng, tensor):
    shape = (3, *tensor.shape[1:])
    match tensor.dtype.name:
        case "string":
            return rng.choice(np.array(WORDS), size=shape)
        case "int32":
            return rng.integers(0, 12, size=shape).astype("int32")
    x = rng.normal(size=shape).astype(tensor.dtype.name)
    if len(shape) == 3:
        x[0, -2:] = 0  # for masks
    return x


def options(rng, table):
    o = {k: v[rng.integers(len(v))] for k, v in table.items()}
    if o.get("dilation_rate", 1) != 1:
        o["strides"] = 1
    return o


def build(i, seed):
    """Name, tf_keras model, inputs and outputs of model i."""
    import tf_keras as keras

    keras.utils.set_random_seed(seed * 10_000 + i)
    rng = np.random.default_rng((seed, i))
    names = [*LAYERS, *graphs(keras)]
    first = i < len(names)
    for attempt in range(20):
        keras.backend.clear_session()
        name = names[i % len(names)] if first else [*LAYERS][rng.integers(len(LAYERS))]
        try:
            if name not in LAYERS:
                model = graphs(keras)[name]()
            else:
                table = LAYERS[name][1]
                model = layer_model(keras, name, {k: v[0] for k, v in table.items()} if first else options(rng, table))
            for w in model.weights:
                if w.dtype.name.startswith("float"):
                    w.assign(np.abs(rng.normal(size=w.shape)) + 0.1 if "variance" in w.name else rng.normal(size=w.shape) * 0.4)
            inputs = [data(rng, t) for t in model.inputs]
            y = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
            return name, model, inputs, flat(y)
        except Exception as e:
            if first:
                print(f"tf_keras itself fails on {name}: {str(e).strip().splitlines()[0]}", file=sys.stderr)
                return name, None, [], []
    raise RuntimeError(f"{i}: no options that Keras takes")


def flat(y):
    if isinstance(y, dict):
        return [np.asarray(y[k]) for k in sorted(y)]
    return [np.asarray(e) for e in (y if isinstance(y, (list, tuple)) else [y])]


def make(folder: Path, count: int, seed: int) -> None:
    import tf_keras as keras

    jobs, predictions, table = [], [], {}
    total = len(LAYERS) + len(graphs(keras)) + count
    for i in range(total):
        name, model, inputs, outputs = build(i, seed)
        if model is None:
            continue
        at = folder / f"{i}"
        at.mkdir(parents=True, exist_ok=True)
        np.savez(at / "in.npz", **{f"{n}": x for n, x in zip(model.input_names, inputs)})
        np.savez(at / "out.npz", *outputs)
        table[i] = name
        if i % 3 == 0:
            model.compile("adam", "mse", metrics=["mae"])
        for kind in KINDS:
            try:
                if kind == "tf":  # without the functions of each layer, which take longest
                    model.save(at / "old.tf", save_format="tf", save_traces=False)
                else:
                    model.save(at / f"old.{kind}")
            except Exception as e:  # tf_keras cannot write every model in every format
                (at / f"old.{kind}.refused").write_text(str(e))
                continue
            jobs.append(f"{at / f'old.{kind}'}\t{at / f'{kind}.keras'}")
            predictions.append(f"{at / f'old.{kind}'}\t{at / 'in.npz'}\t{at / f'{kind}.npz'}")
    (folder / "table.json").write_text(json.dumps(table))
    (folder / "jobs.tsv").write_text("\n".join(jobs) + "\n")
    (folder / "predictions.tsv").write_text("\n".join(predictions) + "\n")


def difference(expected, given) -> str | None:
    if len(expected) != len(given):
        return f"{len(given)} outputs, expected {len(expected)}"
    for i, (y, z) in enumerate(zip(expected, given)):
        if y.shape != z.shape:
            return f"output {i} has shape {z.shape}, expected {y.shape}"
        largest = float(np.abs(y).max(initial=0)) if y.dtype.kind in "fiu" else 0
        half = 1e3 if y.dtype == np.float16 else 1
        if not np.allclose(y, z, rtol=RELATIVE * half, atol=OF_LARGEST * half * max(1.0, largest), equal_nan=True):
            return f"output {i} is off by {np.abs(y.astype('float64') - z).max():.2g}"
    return None


def problem_of(at: Path, kind: str, inputs, expected, counts) -> str | None:
    import keras

    if not (at / f"{kind}.npz").exists() or not (at / f"{kind}.keras").exists():
        return "was not read"
    with np.load(at / f"{kind}.npz") as z:
        if d := difference(expected, [z[k] for k in z]):
            return f"Argali: {d}"
    counts["read and predicted by Argali"] += 1
    try:
        model = keras.models.load_model(at / f"{kind}.keras")
    except Exception as e:
        return f"Keras 3 does not open it: {type(e).__name__}: {str(e).strip().splitlines()[0][:200]}"
    if d := difference(expected, called(model, inputs)):
        return f"Keras 3: {d}"
    counts["opened by Keras 3, and the same"] += 1
    return None


def called(model, inputs) -> list[np.ndarray]:
    """What a model of Keras 3 makes of the inputs, by name where its inputs have the same names."""
    import keras
    import tensorflow as tf

    functional = getattr(model, "_functional", None) or model  # of a Sequential
    names = [t.name for t in functional.inputs]
    arrays = [inputs[n] for n in names] if set(names) == set(inputs) else list(inputs.values())
    tensors = [tf.constant(x.tolist()) if x.dtype.kind == "U" else tf.constant(x) for x in arrays]
    return flat(model(keras.tree.pack_sequence_as(functional._inputs_struct, tensors), training=False))


def compare(folder: Path, alone: bool) -> bool:
    import keras

    table = json.loads((folder / "table.json").read_text())
    counts = {kind: collections.Counter() for kind in KINDS}
    problems, refused, by_keras = [], set(), collections.Counter()
    for i, name in table.items():
        at = folder / i
        with np.load(at / "in.npz") as z:
            inputs = dict(z)
        with np.load(at / "out.npz") as z:
            expected = list(z.values())
        for kind, count in counts.items():
            if not (at / f"old.{kind}").exists():
                count["not written by tf_keras"] += 1
                continue
            count["made"] += 1
            keras.utils.clear_session()
            if name in REFUSED:
                if (at / f"{kind}.keras").exists():
                    problems.append(f"{name} ({i}, {kind}): expected to be refused")
                refused.add(name)
                count["refused by name"] += 1
            elif p := problem_of(at, kind, inputs, expected, count):
                problems.append(f"{name} ({i}, {kind}): {p}")
        if alone and (at / "old.h5").exists():
            try:
                ok = not difference(expected, called(keras.models.load_model(at / "old.h5", compile=False), inputs))
            except Exception:
                ok = False
            by_keras["the .h5 read by Keras 3 itself, and the same"] += ok
            by_keras["the .h5 not"] += not ok
    print("\n".join(problems))
    for kind, count in counts.items():
        print(f".{kind}: " + ", ".join(f"{n} {what}" for what, n in count.items()))
    if alone:
        print(", ".join(f"{n} {what}" for what, n in by_keras.items()))
    print(f"{len(set(table.values()))} kinds, {len(problems)} problems")
    return not problems


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--keras", action="store_true")
    checking.main(arguments, lambda folder, a: make(folder, a.count, a.seed), run, lambda folder, a: compare(folder, a.keras))


def run(folder: Path) -> None:
    checking.jobs(folder, "convert", "jobs.tsv")
    checking.jobs(folder, "predict", "predictions.tsv")


if __name__ == "__main__":
    main()
