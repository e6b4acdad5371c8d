"""Training runs: a model that Keras compiled and trained a little, data, and where Keras goes from there. See golden-training/README.md."""

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from keras import layers as L
from keras import optimizers as O
from keras import regularizers as R

from goldens import to_numpy, training_case, write_keras, write_npz

SAMPLES, BATCH = 22, 8  # the last batch is smaller


def numbers(*shape: int) -> Callable:
    return lambda rng: rng.normal(size=(SAMPLES, *shape)).astype("float32")


def classes(n: int, *shape: int) -> Callable:
    return lambda rng: rng.integers(0, n, size=(SAMPLES, *shape)).astype("int32")


def one_hot(n: int) -> Callable:
    return lambda rng: np.eye(n, dtype="float32")[rng.integers(0, n, SAMPLES)]


def padded(n: int, steps: int) -> Callable:
    """Tokens with 0 for padding at the end of each row."""

    def make(rng):
        x = rng.integers(1, n, size=(SAMPLES, steps))
        return np.where(np.arange(steps) < rng.integers(1, steps + 1, size=(SAMPLES, 1)), x, 0).astype("int32")

    return make


def weights(rng) -> np.ndarray:
    return rng.uniform(0, 2, SAMPLES).astype("float32")


def run(name: str, build: Callable[[], keras.Model], x, y, optimizer: Callable, loss, metrics=None, sample_weight=None, epochs: int = 3,
        before: int = 1, validation: bool = False, freeze: tuple = (), lora: dict | None = None, compile: dict | None = None, **fit) -> None:
    """x, y, sample_weight: functions of a random generator, or dicts of them by input or output. before: epochs before the file is written.
    freeze: layers that are frozen after those epochs. lora: ranks of adapters by layer, enabled after the file is read."""

    def produce(folder: Path, seed: int) -> None:
        rng = np.random.default_rng(seed)

        def made(spec):
            return {k: f(rng) for k, f in spec.items()} if isinstance(spec, dict) else spec(rng)

        data = {"x": made(x), "y": made(y)}
        if sample_weight is not None:
            data["sample_weight"] = made(sample_weight)
        held = {"x": made(x), "y": made(y)} if validation else {}

        model = build()
        make = lambda: model.compile(optimizer=optimizer(), loss=loss, metrics=metrics, **(compile or {}))
        make()
        options = dict(batch_size=BATCH, shuffle=False, verbose=0, **fit)
        if before:
            model.fit(**data, epochs=before, **options)
        for layer in freeze:
            model.get_layer(layer).trainable = False
        if freeze:
            make()
        write_keras(model, folder)
        keras.utils.clear_session()
        model = keras.saving.load_model(folder / "model.keras")
        fit_told = {}
        adapters = {}
        for layer, rank in (lora or {}).items():
            adapted = model.get_layer(layer)
            adapted.enable_lora(rank, **({} if rank == 2 else {"lora_alpha": 2 * rank}))
            a = adapted.weights[-2]
            adapters[f"{layer}/{a.name}"] = to_numpy(a)
        if lora:
            make()
            write_npz(folder / "adapters.npz", adapters)
            fit_told["lora"] = {k: {"rank": r, "alpha": r if r == 2 else 2 * r} for k, r in lora.items()}
        history = model.fit(**data, epochs=epochs, validation_data=tuple(held.values()) if held else None, **options)
        for prefix, d in (("", data), ("validation_", held)):
            arrays = {}
            for key, value in d.items():
                arrays.update({f"{key}_{k}": v for k, v in value.items()} if isinstance(value, dict) else {key: value})
            if arrays:
                write_npz(folder / f"{prefix}data.npz", arrays)
        if lora:  # Keras saves what adapters learnt with the weights they adapt
            model.save(folder / "merged.keras")
            model = keras.saving.load_model(folder / "merged.keras")
            (folder / "merged.keras").unlink()
        figures = {k: [float(v) for v in vs] for k, vs in history.history.items()}
        write_npz(folder / "weights.npz", {f"{i:03d} {w.path}": to_numpy(keras.ops.cast(w, "float32")) for i, w in enumerate(model.weights)})
        (folder / "fit.json").write_text(json.dumps({"epochs": epochs, "batch_size": BATCH, **fit, **fit_told, "history": figures}, indent=1) + "\n")

    if name.startswith("jax.") == (keras.backend.backend() == "jax"):  # with another backend, the same table makes others
        training_case("runs", name, produce)


def sequential(*layers, shape=(6,), dtype="float32") -> Callable:
    return lambda: keras.Sequential([keras.Input(shape, dtype=dtype), *(layer() for layer in layers)])


def dense(units: int, activation=None, **options) -> Callable:
    return lambda: L.Dense(units, activation, **options)


def of(kind: type, *args, **options) -> Callable:
    return lambda: kind(*args, **options)


SGD, ADAM = (lambda: O.SGD(0.05)), (lambda: O.Adam(0.01))
MLP = sequential(dense(8, "tanh"), dense(3, "softmax"))
REGRESSION = sequential(dense(8, "tanh"), dense(2))
SPARSE, MSE = "sparse_categorical_crossentropy", "mean_squared_error"

# Optimizers, losses and metrics around one small net.
for key, make in {
    "sgd": SGD, "momentum": lambda: O.SGD(0.05, momentum=0.9, nesterov=True), "rmsprop": lambda: O.RMSprop(0.003), "adam": ADAM,
    "adamw": lambda: O.AdamW(0.01, weight_decay=0.01), "nadam": lambda: O.Nadam(0.01), "adagrad": lambda: O.Adagrad(0.05),
    "lion": lambda: O.Lion(0.002), "adam_amsgrad_clipnorm": lambda: O.Adam(0.01, amsgrad=True, clipnorm=0.5),
    "sgd_ema": lambda: O.SGD(0.05, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2),
    "sgd_accumulation": lambda: O.SGD(0.05, gradient_accumulation_steps=2),
    "adam_cosine": lambda: O.Adam(O.schedules.CosineDecay(0.02, 20)),
    "loss_scale": lambda: O.LossScaleOptimizer(O.Adam(0.01)),
}.items():
    run(f"mlp.{key}", MLP, numbers(6), classes(3), make, SPARSE, ["accuracy"])

run("mlp.fresh", MLP, numbers(6), classes(3), ADAM, SPARSE, ["accuracy"], before=0)
run("mlp.one_hot", MLP, numbers(6), one_hot(3), ADAM, keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    ["accuracy", keras.metrics.TopKCategoricalAccuracy(2), keras.metrics.AUC()])
run("mlp.from_logits", sequential(dense(8, "relu"), dense(3)), numbers(6), classes(3), ADAM,
    keras.losses.SparseCategoricalCrossentropy(from_logits=True), ["accuracy", "sparse_top_k_categorical_accuracy"])
run("mlp.binary", sequential(dense(8, "relu"), dense(1, "sigmoid")), numbers(6), classes(2, 1), ADAM, "binary_crossentropy",
    ["accuracy", "Precision", "Recall", keras.metrics.AUC(num_thresholds=20)])
run("mlp.sample_weight", MLP, numbers(6), classes(3), ADAM, SPARSE, ["accuracy"], sample_weight=weights,
    compile=dict(weighted_metrics=["accuracy", SPARSE]))
run("mlp.class_weight", MLP, numbers(6), classes(3), ADAM, SPARSE, ["accuracy"], class_weight={0: 1.0, 1: 3.0, 2: 0.5})
run("mlp.validation", MLP, numbers(6), classes(3), ADAM, SPARSE, ["accuracy"], validation=True)
run("mlp.validation_every_second_epoch", MLP, numbers(6), classes(3), ADAM, SPARSE, ["accuracy"], validation=True, validation_freq=2, epochs=4)
run("mlp.regularizers", sequential(dense(8, "tanh", kernel_regularizer=R.L2(0.01), bias_regularizer=R.L1(0.01)),
                                   dense(3, "softmax", kernel_regularizer=R.OrthogonalRegularizer(0.01), activity_regularizer=R.L1L2(0.01, 0.02))),
    numbers(6), classes(3), ADAM, SPARSE, ["accuracy"], validation=True)
run("mlp.constraints", sequential(dense(8, "tanh", kernel_constraint="max_norm", bias_constraint="non_neg"),
                                  dense(3, "softmax", kernel_constraint=keras.constraints.UnitNorm(axis=1))),
    numbers(6), classes(3), lambda: O.SGD(0.3), SPARSE, ["accuracy"])
run("mlp.frozen", sequential(dense(8, "tanh", name="below"), dense(8, "relu"), dense(3, "softmax")), numbers(6), classes(3), ADAM, SPARSE, ["accuracy"],
    freeze=("below",))
for key, loss in {"mae": "mae", "huber": keras.losses.Huber(0.7), "log_cosh": "log_cosh", "msle": "msle", "cosine": "cosine_similarity"}.items():
    run(f"regression.{key}", REGRESSION, numbers(6), numbers(2), ADAM, loss, ["mse", "mae", keras.metrics.RootMeanSquaredError()])
run("regression.r2", REGRESSION, numbers(6), numbers(2), SGD, MSE, [keras.metrics.R2Score(), "cosine_similarity"], sample_weight=weights)
run("regression.sum", REGRESSION, numbers(6), numbers(2), lambda: O.SGD(0.002), keras.losses.MeanSquaredError(reduction="sum"))

# Layers.
image = dict(shape=(8, 8, 3))
run("conv.plain", sequential(of(L.Conv2D, 4, 3, activation="relu", padding="same"), of(L.MaxPooling2D), of(L.Conv2D, 5, 3, strides=2), of(L.Flatten),
                             dense(3, "softmax"), **image), numbers(8, 8, 3), classes(3), ADAM, SPARSE, ["accuracy"])
run("conv.batch_norm", sequential(of(L.Conv2D, 4, 3, use_bias=False), of(L.BatchNormalization, momentum=0.9), of(L.ReLU), of(L.GlobalAveragePooling2D),
                                  dense(3, "softmax"), **image), numbers(8, 8, 3), classes(3), ADAM, SPARSE, ["accuracy"], validation=True)
run("conv.batch_renorm", sequential(of(L.Conv2D, 4, 3, use_bias=False), of(L.BatchNormalization, renorm=True, momentum=0.8, renorm_momentum=0.7), of(L.ReLU),
                                    of(L.BatchNormalization, renorm=True, scale=False, renorm_clipping={"rmax": 1.5, "rmin": 0.6, "dmax": 0.3}), of(L.Flatten),
                                    dense(3, "softmax"), **image), numbers(8, 8, 3), classes(3), ADAM, SPARSE, ["accuracy"], validation=True)
run("conv.batch_norm_frozen", sequential(of(L.Conv2D, 4, 3), of(L.BatchNormalization, momentum=0.9, name="bn"), of(L.ReLU), of(L.Flatten),
                                         dense(3, "softmax"), **image), numbers(8, 8, 3), classes(3), ADAM, SPARSE, ["accuracy"], freeze=("bn",))
run("conv.depthwise", sequential(of(L.DepthwiseConv2D, 3, depth_multiplier=2, activation="relu6"), of(L.SeparableConv2D, 4, 3, strides=2, padding="same"),
                                 of(L.AveragePooling2D, 2), of(L.Flatten), dense(2), **image), numbers(8, 8, 3), numbers(2), ADAM, MSE)
run("conv.transpose", sequential(of(L.Conv2D, 3, 3, strides=2, activation="elu"), of(L.Conv2DTranspose, 3, 3, strides=2, padding="same"), of(L.UpSampling2D),
                                 of(L.GlobalMaxPooling2D), **image), numbers(8, 8, 3), numbers(3), ADAM, MSE)
run("conv.one_d", sequential(of(L.Conv1D, 4, 3, padding="causal", dilation_rate=2, activation="gelu"), of(L.GlobalAveragePooling1D), dense(2), shape=(9, 3)),
    numbers(9, 3), numbers(2), ADAM, MSE)
run("conv.three_d", sequential(of(L.Conv3D, 3, 2, activation="swish"), of(L.MaxPooling3D), of(L.Flatten), dense(2), shape=(5, 5, 5, 2)),
    numbers(5, 5, 5, 2), numbers(2), ADAM, MSE)
for kind in ("LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization"):
    options = {"groups": 2} if kind == "GroupNormalization" else {}
    run(f"norm.{kind}", sequential(dense(8), of(getattr(L, kind), **options), of(L.PReLU), dense(2)), numbers(6), numbers(2), ADAM, MSE)
run("norm.spectral", sequential(of(L.SpectralNormalization, L.Conv2D(4, 3, activation="relu", kernel_regularizer=R.L2(0.01)), power_iterations=2), of(L.Flatten),
                                of(L.SpectralNormalization, L.Dense(3)), **image), numbers(8, 8, 3), numbers(3), ADAM, MSE, validation=True)
run("norm.spectral_frozen", sequential(of(L.SpectralNormalization, L.Dense(6), name="frozen"), dense(2)), numbers(6), numbers(2), ADAM, MSE, freeze=("frozen",))


def spectral_shared():
    x = keras.Input((6,), name="x")
    layer = L.SpectralNormalization(L.Dense(6))
    return keras.Model(x, layer(layer(x)))


run("norm.spectral_shared", spectral_shared, numbers(6), numbers(6), ADAM, MSE)
# Ranges of one number leave nothing to chance.
for key, layer in {"rotation": of(L.RandomRotation, (0.07, 0.07)), "rotation_constant": of(L.RandomRotation, (-0.2, -0.2), fill_mode="constant", fill_value=0.3, interpolation="nearest"),
                   "zoom": of(L.RandomZoom, (0.3, 0.3), (-0.2, -0.2), fill_mode="wrap"), "zoom_even": of(L.RandomZoom, (-0.4, -0.4), fill_mode="nearest"),
                   "translation": of(L.RandomTranslation, (0.2, 0.2), (-0.1, -0.1)), "brightness": of(L.RandomBrightness, (0.3, 0.3), value_range=(-1, 1)),
                   "contrast": of(L.RandomContrast, (-0.4, 0.4), value_range=(-2, 2)), "crop_of_less": of(L.RandomCrop, 9, 5)}.items():
    run(f"augmentation.{key}", sequential(layer, of(L.Conv2D, 3, 3), of(L.GlobalMaxPooling2D), dense(2), **image), numbers(8, 8, 3), numbers(2), ADAM, MSE, validation=True)

steps = dict(shape=(7, 3))
for kind in ("SimpleRNN", "GRU", "LSTM"):
    cell = getattr(L, kind)
    run(f"rnn.{kind}", sequential(of(cell, 5, return_sequences=True), of(cell, 4, go_backwards=True), dense(2), **steps),
        numbers(7, 3), numbers(2), ADAM, MSE)
run("rnn.bidirectional", sequential(of(L.Bidirectional, L.LSTM(4, return_sequences=True)), of(L.Bidirectional, L.GRU(3), merge_mode="sum"), dense(2), **steps),
    numbers(7, 3), numbers(2), ADAM, MSE)
run("rnn.masked", sequential(of(L.Embedding, 10, 4, mask_zero=True), of(L.LSTM, 5), dense(3, "softmax"), shape=(6,), dtype="int32"),
    padded(10, 6), classes(3), ADAM, SPARSE, ["accuracy"])
run("rnn.masked_sequence", sequential(of(L.Embedding, 10, 4, mask_zero=True), of(L.GRU, 5, return_sequences=True), of(L.TimeDistributed, L.Dense(3, "softmax")),
                                      shape=(6,), dtype="int32"), padded(10, 6), classes(3, 6), ADAM, SPARSE, ["accuracy"])
run("rnn.embedding_sgd", sequential(of(L.Embedding, 10, 4), of(L.SimpleRNN, 5), dense(3, "softmax"), shape=(6,), dtype="int32"),
    padded(10, 6), classes(3), lambda: O.SGD(0.1, momentum=0.9), SPARSE, ["accuracy"])
run("rnn.conv_lstm", sequential(of(L.ConvLSTM2D, 2, 3), of(L.Flatten), dense(2), shape=(4, 6, 6, 2)), numbers(4, 6, 6, 2), numbers(2), ADAM, MSE)
run("rnn.embedding_clipnorm", sequential(of(L.Embedding, 10, 4), of(L.SimpleRNN, 5), dense(3, "softmax"), shape=(6,), dtype="int32"),
    padded(10, 6), classes(3), lambda: O.Adam(0.01, clipnorm=0.2), SPARSE)
run("rnn.embedding_global_clipnorm", sequential(of(L.Embedding, 10, 4), of(L.SimpleRNN, 5), dense(3, "softmax"), shape=(6,), dtype="int32"),
    padded(10, 6), classes(3), lambda: O.Adam(0.01, global_clipnorm=0.2), SPARSE)
run("rnn.embedding_clipvalue", sequential(of(L.Embedding, 10, 4), of(L.SimpleRNN, 5), dense(3, "softmax"), shape=(6,), dtype="int32"),
    padded(10, 6), classes(3), lambda: O.Adam(0.01, clipvalue=0.005), SPARSE)
run("rnn.embedding_adafactor", sequential(of(L.Embedding, 10, 4), of(L.SimpleRNN, 5), dense(3, "softmax"), shape=(6,), dtype="int32"),
    padded(10, 6), classes(3), lambda: O.Adafactor(0.05, clip_threshold=0.5, relative_step=False), SPARSE)


def transformer():
    tokens = keras.Input((6,), dtype="int32", name="tokens")
    x = L.Embedding(12, 8, mask_zero=True)(tokens)
    y = L.MultiHeadAttention(2, 4)(x, x)
    x = L.LayerNormalization()(x + y)
    y = L.Dense(8)(L.Dense(16, "gelu")(x))
    x = L.LayerNormalization()(L.Add()([x, y]))
    return keras.Model(tokens, L.Dense(3, "softmax")(L.GlobalAveragePooling1D()(x)))


run("attention.transformer", transformer, padded(12, 6), classes(3), ADAM, SPARSE, ["accuracy"])


def attention():
    q, v = keras.Input((4, 5), name="q"), keras.Input((6, 5), name="v")
    y = L.Concatenate()([L.Attention(use_scale=True)([q, v]), L.AdditiveAttention()([q, v])])
    return keras.Model([q, v], L.Dense(2)(L.Flatten()(y)))


run("attention.dot_and_additive", attention, {"q": numbers(4, 5), "v": numbers(6, 5)}, numbers(2), ADAM, MSE)


def outputs():
    a, b = keras.Input((6,), name="a"), keras.Input((4,), name="b")
    x = L.Dense(8, "tanh", name="shared")(L.Concatenate()([a, b]))
    return keras.Model([a, b], {"kind": L.Dense(3, "softmax", name="kind")(x), "size": L.Dense(1, name="size")(x)})


TWO = dict(x={"a": numbers(6), "b": numbers(4)}, y={"kind": classes(3), "size": numbers(1)}, optimizer=ADAM)
run("outputs.losses_by_name", outputs, loss={"kind": SPARSE, "size": MSE}, metrics={"kind": ["accuracy"], "size": ["mae", "mse"]},
    compile=dict(loss_weights={"kind": 0.3, "size": 2.0}), **TWO)
run("outputs.weights_by_name", outputs, loss={"kind": SPARSE, "size": MSE}, metrics={"kind": "accuracy"}, validation=True,
    sample_weight={"kind": weights, "size": weights}, **TWO)


def nested():
    inner = keras.Sequential([keras.Input((6,)), L.Dense(5, "relu"), L.BatchNormalization()], name="inner")
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    return keras.Model([a, b], L.Dense(2, name="head")(L.Subtract()([inner(a), inner(b)])))


run("nested.shared", nested, {"a": numbers(6), "b": numbers(6)}, numbers(2), ADAM, MSE)
run("nested.frozen", nested, {"a": numbers(6), "b": numbers(6)}, numbers(2), ADAM, MSE, freeze=("inner",))
run("mixed_float16.mlp", sequential(dense(8, "tanh", dtype="mixed_float16"), dense(3, "softmax", dtype="float32")), numbers(6), classes(3),
    lambda: O.LossScaleOptimizer(O.Adam(0.01)), SPARSE, ["accuracy"])
run("mixed_bfloat16.mlp", sequential(dense(8, "tanh", dtype="mixed_bfloat16"), dense(3, "softmax", dtype="float32")), numbers(6), classes(3), ADAM, SPARSE,
    ["accuracy"])
run("mlp.muon", sequential(dense(8, "tanh", name="body"), dense(3, "softmax", name="head")), numbers(6), classes(3),
    lambda: O.Muon(0.01), SPARSE, ["accuracy"])
run("lora.dense", sequential(dense(8, "tanh", name="body", kernel_regularizer=R.L2(0.01)), dense(3, "softmax", name="head")), numbers(6), classes(3), ADAM, SPARSE,
    ["accuracy"], lora={"body": 2})
run("lora.embedding_and_einsum", sequential(of(L.Embedding, 10, 6, name="words"), of(L.EinsumDense, "abc,cd->abd", output_shape=(None, 5), bias_axes="d", name="einsum"),
                                            of(L.GlobalAveragePooling1D), dense(3, "softmax"), shape=(6,), dtype="int32"),
    padded(10, 6), classes(3), ADAM, SPARSE, ["accuracy"], lora={"words": 2, "einsum": 3})
run("lora.conv", sequential(of(L.Conv2D, 4, 3, activation="relu", name="conv"), of(L.Reshape, (18, 8)), of(L.Conv1D, 3, 3, name="line"), of(L.Flatten), dense(2), **image),
    numbers(8, 8, 3), numbers(2), ADAM, MSE, lora={"conv": 2, "line": 1})

# JAX counts steps in int32, adds the gradients of an embedding up before it squares them, and reports the losses of several outputs by sample.
run("jax.embedding", sequential(of(L.Embedding, 10, 4, mask_zero=True), of(L.LSTM, 5), dense(3, "softmax"), shape=(6,), dtype="int32"),
    padded(10, 6), classes(3), ADAM, SPARSE, ["accuracy"])
run("jax.outputs", outputs, loss={"kind": SPARSE, "size": MSE}, metrics={"kind": ["accuracy"], "size": ["mae", "mse"]}, **TWO)
