"""keras.ops as nodes of a functional model: each row is an operation, and what to call it with."""

import keras
import numpy as np

from goldens import In, case, text

ops = keras.ops
X = In((3, 4), name="x")
POSITIVE = In((3, 4), kind="positive", name="x")
UNIT = In((3, 4), kind="unit", name="x")
DISTINCT = In((3, 4), kind="distinct", name="x")
FLAGS = In((3, 4), "bool", "flags", name="x")
INTS = In((3, 4), "int32", "signed", 9, name="x")
PAIR = [X, In((3, 4), name="y")]
INT_PAIR = [INTS, In((3, 4), "int32", "ints", 9, name="y")]
FLAG_PAIR = [FLAGS, In((3, 4), "bool", "flags", name="y")]
IMAGE = In((5, 6, 2), name="x")


def op(source: str, *inputs: In) -> None:
    """A row: the expression over x, y, z that the model is; it is the name as well."""
    inputs = inputs or (X,)
    ROWS.setdefault(inputs, []).append(source)


ROWS: dict[tuple, list[str]] = {}

for name in ("abs absolute negative square sign floor ceil round trunc exp exp2 expm1 sin cos tan sinh cosh tanh arctan "
             "arcsinh logical_not isnan isinf isfinite zeros_like ones_like sigmoid silu swish relu relu6 softplus "
             "softsign leaky_relu elu selu celu gelu hard_sigmoid hard_silu hard_tanh hard_shrink soft_shrink tanh_shrink "
             "log_sigmoid log_softmax softmax sparsemax squareplus sparse_plus erf deg2rad").split():
    op(f"ops.{name}(x)")
for name in "log log2 log10 log1p sqrt rsqrt reciprocal cbrt".split():
    op(f"ops.{name}(x)", POSITIVE)
for name in "arcsin arccos arctanh erfinv".split():
    op(f"ops.{name}(x)", UNIT)
op("ops.arccosh(x + 1)", POSITIVE)
for name in ("add subtract multiply divide true_divide maximum minimum arctan2 equal not_equal less less_equal greater "
             "greater_equal divide_no_nan floor_divide mod hypot logaddexp").split():
    op(f"ops.{name}(x, y)", *PAIR)
op("ops.power(x, y)", POSITIVE, PAIR[1])
for name in "add subtract multiply maximum minimum equal less greater".split():
    op(f"ops.{name}(x, y)", *INT_PAIR)
for source in ("ops.floor_divide(x, y + 1)", "ops.mod(x, y + 1)", "x // (y + 1)", "x % (y + 1)", "x / (y + 1)",
               "ops.bitwise_and(x, y)", "ops.bitwise_or(x, y)", "ops.bitwise_xor(x, y)", "ops.left_shift(x, y)",
               "ops.right_shift(x, y)"):
    op(source, *INT_PAIR)
for name in "logical_and logical_or logical_xor".split():
    op(f"ops.{name}(x, y)", *FLAG_PAIR)
op("ops.logical_not(x)", FLAGS)
op("ops.any(x, axis=-1)", FLAGS)
op("ops.all(x, axis=1, keepdims=True)", FLAGS)
op("ops.cast(x, 'float32')", FLAGS)
op("ops.cast(x, 'float32')", INTS)
op("ops.abs(x)", INTS)
op("ops.bitwise_not(x)", INTS)
op("ops.cast(x, 'int32')")
op("ops.cast(x, 'bool')")
op("ops.cast(x, 'float16')")

for name in "sum mean max min prod std var median logsumexp any all".split():
    for rest in ("axis=-1", "axis=1, keepdims=True", "axis=(1, 2)"):
        op(f"ops.{name}(x, {rest})")
for name in "argmax argmin".split():
    for rest in ("axis=-1", "axis=1", "axis=1, keepdims=True"):
        op(f"ops.{name}(x, {rest})")
for name in "cumsum cumprod".split():
    for axis in (1, -1):
        op(f"ops.{name}(x, axis={axis})")
for source in ("ops.norm(x, axis=-1)", "ops.norm(x, ord=1, axis=1)", "ops.norm(x, ord='fro', axis=(1, 2))",
               "ops.norm(x, ord=3, axis=-1, keepdims=True)",
               "ops.normalize(x, axis=1)", "ops.normalize(x, axis=-1, order=1)", "ops.count_nonzero(x, axis=-1)",
               "ops.average(x, axis=1)", "ops.diff(x, axis=-1)", "ops.moments(x, axes=[1])", "ops.moments(x, axes=[1, 2], keepdims=True)",
               "ops.quantile(x, 0.3, axis=-1)"):
    op(source)
for source in ("ops.sort(x, axis=-1)", "ops.sort(x, axis=1)", "ops.argsort(x, axis=-1)", "ops.argsort(x, axis=1)",
               "ops.top_k(x, 2)", "ops.top_k(x, 3, sorted=True)", "ops.in_top_k(ops.argmax(x[:, 0], -1), x[:, 1], 2)",
               "ops.median(x, axis=-1)", "ops.quantile(x, 0.5, axis=1)"):
    op(source, DISTINCT)

for source in ("ops.reshape(x, (-1, 12))", "ops.reshape(x, (-1, 2, 6))", "ops.transpose(x, (0, 2, 1))",
               "ops.swapaxes(x, 1, 2)", "ops.moveaxis(x, 1, -1)", "ops.expand_dims(x, 1)", "ops.expand_dims(x, -1)",
               "ops.squeeze(ops.expand_dims(x, 1), 1)", "ops.concatenate([x, x * 2], axis=1)",
               "ops.concatenate([x, x + 1, x], axis=-1)", "ops.stack([x, x * 2], axis=1)", "ops.stack([x, x], axis=-1)",
               "ops.split(x, 2, axis=-1)", "ops.split(x, [1, 3], axis=-1)", "ops.split(x, 3, axis=1)",
               "ops.unstack(x, axis=1)", "ops.tile(x, (1, 2, 1))", "ops.repeat(x, 2, axis=1)", "ops.repeat(x, 3, axis=-1)",
               "ops.flip(x, axis=1)", "ops.flip(x, axis=-1)", "ops.roll(x, 1, axis=1)", "ops.roll(x, -2, axis=-1)",
               "ops.pad(x, ((0, 0), (1, 2), (0, 1)))", "ops.pad(x, ((0, 0), (1, 1), (1, 0)), constant_values=2.0)",
               "ops.pad(x, ((0, 0), (1, 1), (1, 2)), mode='reflect')",
               "ops.pad(x, ((0, 0), (1, 1), (1, 2)), mode='symmetric')", "ops.broadcast_to(x[:, :1], (3, 2, 4))",
               "ops.hstack([x, x])", "ops.vstack([x[:, 0], x[:, 1]])", "ops.ravel(x)", "ops.rot90(x, axes=(1, 2))",
               "ops.tril(x)", "ops.triu(x, k=1)", "ops.diagonal(x, axis1=1, axis2=2)", "ops.trace(x, axis1=1, axis2=2)",
               "ops.clip(x, -0.5, 0.7)", "ops.where(x > 0, x, x * 0.1)", "ops.where(x > 0.2, 1.0, 0.0)",
               "ops.nan_to_num(x)", "ops.threshold(x, 0.3, -1.0)", "ops.glu(x, axis=-1)", "ops.softmax(x, axis=1)",
               "ops.log_softmax(x, axis=1)", "ops.leaky_relu(x, negative_slope=0.3)", "ops.elu(x, alpha=0.5)",
               "ops.gelu(x, approximate=False)", "ops.gelu(x, approximate=True)", "ops.round(x, 1)",
               "ops.take(x, [2, 0], axis=1)", "ops.take(x, np.array([[0, 3], [1, 1]]), axis=-1)", "ops.take(x, 1, axis=1)",
               "ops.slice(x, (0, 1, 0), (3, 2, 2))", "ops.stop_gradient(x)", "ops.full_like(x, 3.0)",
               "ops.digitize(x, np.array([-0.5, 0.0, 1.0]))", "ops.searchsorted(np.array([-1.0, 0.0, 1.0], 'float32'), x[:, 0, 0])",
               "ops.rms_normalization(x)", "ops.layer_normalization(x)"):
    op(source)
for source in ("ops.one_hot(x, 9)", "ops.one_hot(x, 9, axis=1)", "ops.multi_hot(x, 9)"):
    op(source, In((3, 4), "int32", "ints", 9, name="x"))
op("ops.take_along_axis(x, y, axis=-1)", X, In((3, 2), "int32", "ints", 4, name="y"))
op("ops.take_along_axis(x, y, axis=1)", X, In((2, 4), "int32", "ints", 3, name="y"))
op("ops.take(x, y, axis=1)", X, In((2,), "int32", "ints", 3, name="y"))
op("ops.bincount(x, minlength=9)", In((4,), "int32", "ints", 9, name="x"))

for source in ("ops.matmul(x, y)", "x @ y", "ops.einsum('bij,bjk->bik', x, y)",
               "ops.einsum('bij,bjk->bki', x, y)", "ops.einsum('bij,bjk->b', x, y)", "ops.einsum('bij,bjk->bijk', x, y)"):
    op(source, X, In((4, 2), name="y"))
for source in ("ops.matmul(x, np.ones((4, 2), 'float32') * 0.5)", "ops.dot(x, np.arange(8, dtype='float32').reshape(4, 2))",
               "ops.tensordot(x, np.arange(8, dtype='float32').reshape(4, 2), axes=1)",
               "ops.tensordot(x, np.arange(12, dtype='float32').reshape(3, 4), axes=[[1, 2], [0, 1]])",
               "ops.einsum('bij->bji', x)", "ops.einsum('bij->bi', x)", "ops.einsum('bij,jk->bik', x, np.eye(4, 3).astype('float32'))",
               "ops.inner(x, np.ones(4, 'float32'))"):
    op(source)
op("ops.cross(x, y)", In((3,), name="x"), In((3,), name="y"))
op("ops.outer(x, y)", In((3,), name="x"), In((2,), name="y"))
op("ops.vdot(x, y)", In((3,), name="x"), In((3,), name="y"))
op("ops.inner(x, y)", In((3,), name="x"), In((3,), name="y"))

for source in ("ops.image.resize(x, (3, 4))", "ops.image.resize(x, (9, 8), interpolation='nearest')",
               "ops.image.resize(x, (4, 9), interpolation='bicubic')", "ops.image.pad_images(x, 1, 2, 8, 10)",
               "ops.image.crop_images(x, 1, 2, target_height=3, target_width=2)",
               "ops.average_pool(x, 2, strides=2)", "ops.max_pool(x, 2, strides=1, padding='same')",
               "ops.conv(x, np.full((2, 2, 2, 3), 0.1, 'float32'))",
               "ops.depthwise_conv(x, np.full((2, 2, 2, 1), 0.1, 'float32'))",
               "ops.batch_normalization(x, np.array([0.1, 0.2], 'float32'), np.array([1.1, 0.7], 'float32'), axis=-1)",
               "ops.image.extract_patches(x, 2)", "ops.depth_to_space(ops.tile(x, (1, 1, 1, 2)), 2)"):
    op(source, IMAGE)
op("ops.image.rgb_to_grayscale(x)", In((4, 5, 3), kind="positive", name="x"))
op("ops.image.rgb_to_hsv(x / 2.5)", In((4, 5, 3), kind="positive", name="x"))
op("ops.categorical_crossentropy(ops.softmax(y), x, from_logits=True)", *PAIR)
op("ops.binary_crossentropy(ops.sigmoid(y), x, from_logits=True)", *PAIR)
op("ops.dot_product_attention(x, x, x)", In((4, 2, 3), name="x"))
for source in ("x + y", "x - y", "x * y", "x / y", "x > y", "x <= y", "-x", "abs(x)"):
    op(source, *PAIR)
for source in ("2 - x", "2 * x", "1 / (x * x + 1)", "x ** 2", "x > 0", "x >= 0.5", "x[:, 1]", "x[..., -1]", "x[:, ::2, 1:]"):
    op(source)
op("x & y", *FLAG_PAIR)
op("x | y", *FLAG_PAIR)
op("~x", FLAGS)
op("2 ** x", X)

PER_MODEL = 10


def build(sources: list[str], inputs: tuple):
    def make():
        tensors = {s.name: s.tensor() for s in inputs}
        outputs = []
        for source in sources:
            outputs.extend(keras.tree.flatten(eval(source, {"ops": ops, "np": np}, tensors)))
        return keras.Model(list(tensors.values()), outputs)
    return make


def name_of(inputs: tuple) -> str:
    return "_and_".join("_".join(filter(None, ["" if s.kind == "normal" else s.kind, "" if s.kind == "flags" else s.dtype,
                                               text(s.shape)])) for s in inputs)


for inputs, sources in ROWS.items():
    sources = list(dict.fromkeys(sources))
    for i in range(0, len(sources), PER_MODEL):
        chunk = sources[i:i + PER_MODEL]
        # Operations have no names of their own: info.json tells which expression made which output.
        case("operation", f"{name_of(inputs)}_{i // PER_MODEL:02d}", build(chunk, inputs), list(inputs),
             info={"expressions": chunk})
