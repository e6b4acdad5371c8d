"""Losses: each option with each kind of input, and around the formula each reduction with weights and masks."""

import keras
import numpy as np
import tensorflow as tf

from goldens import product, snake, table

BATCH, STEPS, N = 4, 3, 5
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]


# Inputs: functions of the generator to labels and outputs, of which the gradient is taken.

def real(rng, shape=(BATCH, N)):
    return rng.normal(size=shape), rng.normal(size=shape)


def positive(rng, shape=(BATCH, N)):
    return rng.uniform(0.1, 3, shape), rng.uniform(0.1, 3, shape)


def signs(rng, shape=(BATCH, N)):
    return rng.choice([-1, 1], shape), rng.normal(size=shape)


def flags(rng, shape=(BATCH, N)):
    return rng.integers(0, 2, shape), rng.normal(size=shape)


def flags_and_probabilities(rng, shape=(BATCH, N)):
    return rng.integers(0, 2, shape), rng.uniform(0.02, 0.98, shape)


def certain(rng, shape=(BATCH, N)):
    """Probabilities of exactly 0 and 1, which are clipped."""
    y = rng.integers(0, 2, shape)
    p = rng.uniform(0.02, 0.98, shape)
    p[0], p[1] = y[0], 1 - y[1]
    return y, p


def distributions(rng, shape=(BATCH, N)):
    y, p = rng.uniform(0.1, 1, shape), rng.uniform(0.1, 1, shape)
    return y / y.sum(-1, keepdims=True), p / p.sum(-1, keepdims=True)


def one_hot(rng, shape=(BATCH, N)):
    y, p = np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])], rng.uniform(0.1, 1, shape)
    return y, p / p.sum(-1, keepdims=True)


def one_hot_and_logits(rng, shape=(BATCH, N)):
    return one_hot(rng, shape)[0], rng.normal(0, 3, shape)


def no_class_and_logits(rng, shape=(BATCH, N)):
    """A row of zeros: no class at all. TensorFlow's gradient does not know of it."""
    y, x = one_hot_and_logits(rng, shape)
    y[0] = 0
    return y, x


def far(rng, shape=(BATCH, N)):
    """Logits so far apart that their softmax is 0 or 1 in float32."""
    return one_hot(rng, shape)[0], rng.normal(0, 60, shape)


def classes(rng, shape=(BATCH, N)):
    p = rng.uniform(0.1, 1, shape)
    return rng.integers(0, shape[-1], shape[:-1]).astype("int32"), p / p.sum(-1, keepdims=True)


def classes_and_logits(rng, shape=(BATCH, N)):
    return classes(rng, shape)[0], rng.normal(0, 3, shape)


def far_classes(rng, shape=(BATCH, N)):
    return classes(rng, shape)[0], rng.normal(0, 60, shape)


def column_of_classes(rng, shape=(BATCH, N)):
    y, p = classes(rng, shape)
    return y[..., None], p


def embeddings(rng, shape=(8, N)):
    y, x = rng.integers(0, 3, shape[0]), rng.normal(size=shape)
    y[-1] = 7  # nothing like it
    return y, x / np.linalg.norm(x, axis=-1, keepdims=True)


def sequences(rng, shape=(BATCH, 9, 4)):
    y = np.zeros((shape[0], 4), "int32")
    for i, row in enumerate([[1, 2, 3, 1], [2, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0]]):
        y[i] = row
    return y, rng.normal(0, 2, shape)


def deep(make, shape=(BATCH, STEPS, N)):
    def f(rng):
        return make(rng, shape)

    f.__name__ = f"{make.__name__}_{len(shape)}d"
    return f


def mixed_ranks(make):
    """Labels (batch) and outputs (batch, 1)."""
    def f(rng):
        y, p = make(rng, (BATCH, 1))
        return y[:, 0], p

    f.__name__ = f"{make.__name__}_vector"
    return f


def through(activation, make):
    """Outputs are an activation's: Keras finds the logits again. The gradient is by them."""
    def f(rng):
        return make(rng)

    f.__name__ = f"{activation}_of_{make.__name__}"
    f.through = activation
    return f


def evaluate(loss, y_true, x, activation, weight, mask):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y_pred = getattr(keras.activations, activation)(x) if activation else tf.identity(x)
        if mask is not None:
            keras.src.backend.set_keras_mask(y_pred, tf.constant(mask))
        value = loss(y_true, y_pred, weight)
    return value.numpy(), tape.gradient(value, x).numpy()


def cast(a):
    a = np.asarray(a)
    return a.astype("float32") if a.dtype.kind == "f" else a.astype("int32")


def loss(kind, inputs, options=({},), suffix=""):
    """All options with all inputs, not reduced; the first of them with all reductions, weights and masks."""
    cls = getattr(keras.losses, kind)

    def make(rng):
        arrays, rows = {}, []

        def add(o, name, activation, reduction, weight, mask):
            y, x = arrays[f"{name}.y_true"], arrays[f"{name}.y_pred"]
            keys = {k: v for k, v in dict(weight=weight, mask=mask).items() if v}
            extra = {k: arrays[v] for k, v in keys.items()}
            made = cls(**o, reduction=reduction)
            value, gradient = evaluate(made, y, x, activation, extra.get("weight"), extra.get("mask"))
            if not (np.isfinite(value).all() and np.isfinite(gradient).all()):
                raise ValueError(f"not finite, which tests nothing: {kind} {o} {name} {keys}")
            config = {**made.get_config(), **o}
            row = {"loss": {"module": "keras.losses", "class_name": kind, "config": config}, "input": name, **keys}
            if activation:
                row["through"] = activation
            arrays[f"{len(rows)}.value"], arrays[f"{len(rows)}.gradient"] = value, gradient
            rows.append(row)

        for make_input in inputs:
            name = make_input.__name__
            arrays[f"{name}.y_true"], arrays[f"{name}.y_pred"] = map(cast, make_input(rng))
            for o in options:
                add(o, name, getattr(make_input, "through", None), "none", None, None)
        for make_input in inputs[:2]:
            name, activation = make_input.__name__, getattr(make_input, "through", None)
            shape = evaluate(cls(**options[0], reduction="none"), arrays[f"{name}.y_true"], arrays[f"{name}.y_pred"],
                             activation, None, None)[0].shape
            weights, masks = [None], [None]
            if len(shape) > 0:
                arrays[f"{name}.w"] = rng.uniform(0, 2, shape).astype("float32")
                arrays[f"{name}.w1"] = rng.uniform(0, 2, (*shape, 1)).astype("float32")
                arrays[f"{name}.m"] = rng.integers(0, 2, shape).astype("bool")
                weights += [f"{name}.w", f"{name}.w1"]
                masks += [f"{name}.m"]
            for p in product(reduction=REDUCTIONS, weight=weights, mask=masks):
                add(options[0], name, activation, **p)
        return rows, arrays

    table("losses", snake(kind) + suffix, make)


for kind in ["MeanSquaredError", "MeanAbsoluteError", "LogCosh"]:
    loss(kind, [real, deep(real), mixed_ranks(real)])
loss("MeanAbsolutePercentageError", [real, deep(positive), mixed_ranks(real)])
loss("MeanSquaredLogarithmicError", [positive, deep(real)])
loss("CosineSimilarity", [real, deep(real)], [{}, {"axis": 1}, {"axis": 0}])
loss("Huber", [real, deep(real), mixed_ranks(real)], [{}, {"delta": 0.3}, {"delta": 2.5}])
for kind in ["Hinge", "SquaredHinge"]:
    loss(kind, [signs, deep(flags), flags, real, mixed_ranks(flags)])
loss("CategoricalHinge", [one_hot, deep(one_hot_and_logits)])
loss("KLDivergence", [distributions, deep(distributions), certain])
loss("Poisson", [positive, deep(positive)])

loss("BinaryCrossentropy", [flags_and_probabilities, deep(flags_and_probabilities), certain, mixed_ranks(flags_and_probabilities),
                            through("sigmoid", flags), through("sigmoid", deep(far)), through("softmax", one_hot_and_logits)],
     product(label_smoothing=[0.0, 0.1], axis=[-1, 1]))
loss("BinaryFocalCrossentropy", [flags_and_probabilities, deep(flags_and_probabilities), certain, through("sigmoid", flags), through("sigmoid", far)],
     product(apply_class_balancing=[False, True], alpha=[0.25, 0.6], gamma=[2.0, 3.0], label_smoothing=[0.0, 0.1]))
loss("CategoricalCrossentropy", [one_hot, deep(one_hot), distributions, certain, through("softmax", one_hot_and_logits),
                                 through("softmax", deep(far)), through("sigmoid", one_hot_and_logits), through("softmax", no_class_and_logits)],
     product(label_smoothing=[0.0, 0.1], axis=[-1, 1]))
loss("CategoricalFocalCrossentropy", [one_hot, deep(one_hot), distributions, through("softmax", one_hot_and_logits)],
     product(alpha=[0.25, 0.6], gamma=[2.0, 3.0], label_smoothing=[0.0, 0.1], axis=[-1, 1]))
loss("SparseCategoricalCrossentropy", [classes, deep(classes), column_of_classes, deep(column_of_classes),
                                       through("softmax", classes_and_logits), through("softmax", deep(far_classes))],
     product(ignore_class=[None, 0, 2]))
loss("CategoricalGeneralizedCrossEntropy", [classes, deep(classes)], [{}, {"q": 0.2}, {"q": 0.9}])
loss("Dice", [flags_and_probabilities, deep(flags_and_probabilities)], [{}, {"axis": [1]}, {"axis": [0, 1]}])
loss("Tversky", [flags_and_probabilities, deep(flags_and_probabilities)],
     product(alpha=[0.5, 0.2], beta=[0.5, 0.9], axis=[None, [1], [0, 1]]))
loss("Circle", [embeddings], product(gamma=[80.0, 16.0], margin=[0.4, 0.2], remove_diagonal=[True, False]))
loss("CTC", [sequences])


# The same losses of logits.
LOGITS = {"from_logits": True}
loss("BinaryCrossentropy", [flags, deep(flags), far, through("sigmoid", flags)],
     [LOGITS | o for o in product(label_smoothing=[0.0, 0.1], axis=[-1, 1])], suffix="_from_logits")
loss("BinaryFocalCrossentropy", [flags, deep(flags)],
     [LOGITS | o for o in product(apply_class_balancing=[False, True], gamma=[2.0, 3.0], label_smoothing=[0.0, 0.1])],
     suffix="_from_logits")
loss("CategoricalCrossentropy", [one_hot_and_logits, deep(one_hot_and_logits), far, no_class_and_logits,
                                 through("softmax", one_hot_and_logits)],
     [LOGITS | o for o in product(label_smoothing=[0.0, 0.1], axis=[-1, 1])], suffix="_from_logits")
loss("CategoricalFocalCrossentropy", [one_hot_and_logits, deep(one_hot_and_logits)],
     [LOGITS | o for o in product(gamma=[2.0, 3.0], label_smoothing=[0.0, 0.1], axis=[-1, 1])], suffix="_from_logits")
loss("SparseCategoricalCrossentropy", [classes_and_logits, deep(classes_and_logits), far_classes],
     [LOGITS | o for o in product(ignore_class=[None, 1])], suffix="_from_logits")
