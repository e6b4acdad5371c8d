"""Files of Keras 2 (tf_keras): functions of TensorFlow between the layers, and forms that only Keras 2 wrote. See golden/README.md."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras

from goldens import file_case, to_numpy, write_npz

L = tf_keras.layers


def h5(model, folder: Path) -> None:
    model.save(folder / "model.h5")


def json_and_weights(model, folder: Path) -> None:
    """The layout of .keras files, beside the architecture."""
    (folder / "model.json").write_text(model.to_json())
    model.save_weights(folder / "model.weights.h5")


def keras2(name: str, build: Callable, *shape: int, write: Callable = h5) -> None:
    def produce(folder: Path, seed: int) -> None:
        tf_keras.backend.clear_session()
        tf_keras.utils.set_random_seed(seed % 2**31)
        rng = np.random.default_rng(seed)
        model = build(tf_keras.Input(shape, name="x"))
        for w in model.weights:
            w.assign(rng.uniform(0.1, 0.9, w.shape))
        write(model, folder)
        x = rng.normal(size=(3, *shape)).astype("float32")
        write_npz(folder / "in.npz", {"x": x})
        write_npz(folder / "out.npz", {f"y{i}": to_numpy(y) for i, y in enumerate(tf.nest.flatten(model(x, training=False)))})

    file_case("keras2", name, produce)


def functions(*made: Callable) -> Callable:
    return lambda x: tf_keras.Model(x, [f(x) for f in made])


unit, positive = tf.tanh, tf.abs

keras2("arithmetic", functions(
    lambda x: x // 0.3, lambda x: 2.0 ** x, lambda x: 0.3 % (x * x + 0.1), lambda x: tf.math.squared_difference(x, 0.5), lambda x: tf.math.multiply_no_nan(x, tf.nn.relu(x)),
    lambda x: tf.math.xlogy(tf.nn.relu(x), positive(x) + 1.0), lambda x: tf.math.scalar_mul(2.0, x), lambda x: tf.add_n([x, x * 2.0, -x, x]), lambda x: tf.atan2(x, x * x + 1.0),
    lambda x: tf.where(x > 0, x, x * 0.1), lambda x: tf.where(x > 0, x, 0.0)), 4, 6)
keras2("functions", functions(
    tf.math.expm1, tf.math.log_sigmoid, lambda x: tf.round(x * 3), tf.tan, tf.atan, lambda x: tf.asin(unit(x)), lambda x: tf.acos(unit(x)), tf.sinh, tf.cosh, tf.asinh,
    lambda x: tf.acosh(positive(x) + 1.0), lambda x: tf.atanh(unit(x)), tf.math.erfc, lambda x: tf.cast(tf.math.is_nan(x), "float32"), lambda x: tf.cast(tf.math.is_finite(x), "float32"),
    tf.stop_gradient, lambda x: tf.ensure_shape(x, [None, 4, 6]), lambda x: tf.nn.silu(x, beta=2.0), tf.nn.crelu, tf.nn.gelu, lambda x: tf.nn.gelu(x, approximate=True), tf.nn.softmax, tf.nn.log_softmax,
    lambda x: tf.nn.softmax(x, axis=1), tf.nn.leaky_relu, lambda x: tf.saturate_cast(x * 300, tf.uint8), lambda x: tf.clip_by_norm(x, 1.0, axes=[-1]), lambda x: tf.nn.l2_normalize(x, axis=-1)), 4, 6)
keras2("reductions", functions(
    lambda x: tf.reduce_logsumexp(x, axis=-1), lambda x: tf.math.reduce_euclidean_norm(x, axis=1), lambda x: tf.norm(x, axis=-1, keepdims=True), lambda x: tf.norm(x, ord=1, axis=1), lambda x: tf.norm(x, axis=[1, 2]),
    lambda x: tf.math.count_nonzero(x > 0, axis=-1), lambda x: tf.math.cumprod(x, axis=1), lambda x: tf.cumsum(x, axis=1, reverse=True), lambda x: tf.sort(x, axis=1, direction="DESCENDING"),
    lambda x: tf.argsort(x), lambda x: tf.argsort(x, direction="DESCENDING"), lambda x: tf.math.top_k(x, 2)[0], lambda x: tf.nn.top_k(x, k=3)[1], lambda x: tf.nn.moments(x, [1])[1]), 4, 6)
keras2("movements", functions(
    lambda x: tf.gather(x, [0, 2], axis=1), lambda x: tf.gather(x, tf.argmax(x, axis=-1)[0], axis=-1), lambda x: tf.one_hot(tf.argmax(x, axis=-1), 6), lambda x: x + tf.zeros_like(x), lambda x: x + tf.ones_like(x),
    lambda x: tf.repeat(x, 2, axis=1), lambda x: tf.unstack(x, axis=1)[1], lambda x: tf.roll(x, shift=1, axis=1), lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1]]), lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1]], constant_values=1.5),
    lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 1]], mode="REFLECT"), lambda x: tf.linalg.matrix_transpose(x), lambda x: tf.linalg.band_part(x, -1, 0), lambda x: tf.linalg.band_part(x, 1, 2), lambda x: tf.linalg.diag_part(x),
    lambda x: tf.broadcast_to(x[:1, :1], [3, 4, 6]), lambda x: tf.slice(x, [0, 1, 2], [-1, 2, 3]), lambda x: tf.strided_slice(x, [0, 0, 0], [3, 4, 6], [1, 2, 2]), lambda x: tf.split(x, [1, 3], axis=1)[1]), 4, 6)
keras2("products", functions(
    lambda x: tf.matmul(x, x, transpose_b=True), lambda x: tf.matmul(x, x * 2.0, transpose_a=True), lambda x: tf.tensordot(x, tf.ones((6, 3)), axes=[[2], [0]]), lambda x: tf.nn.bias_add(x, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])), 4, 6)
keras2("images", functions(
    lambda x: tf.image.resize(x, (8, 7)), lambda x: tf.image.resize(x, [3, 9], method="nearest"), lambda x: tf.image.resize(x, (3, 3), antialias=True), lambda x: tf.image.resize(x, (8, 7), method="bicubic"),
    tf.image.flip_left_right, tf.image.flip_up_down, lambda x: tf.nn.max_pool2d(x, 2, 1, "SAME"), lambda x: tf.nn.avg_pool2d(x, 2, 2, "VALID"), lambda x: tf.nn.depth_to_space(x, 2),
    lambda x: tf.nn.space_to_depth(x[:, :4, :4], 2)), 6, 5, 4)


def shared(x):
    """A model with functions inside, called twice; its layers' names meet those that the functions' further operations would have."""
    inner_input = tf_keras.Input((6,))
    difference = tf.math.squared_difference(L.Dense(6, name="tf.math.squared_difference_subtract")(inner_input), 0.5)
    inner = tf_keras.Model(inner_input, tf.nn.softmax(difference))
    return tf_keras.Model(x, inner(inner(x)))


keras2("shared", shared, 6)
keras2("attention", lambda x: tf_keras.Model(x, L.LayerNormalization()(L.MultiHeadAttention(2, 3)(x, x))), 4, 6, write=json_and_weights)
