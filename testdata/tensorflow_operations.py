"""Expressions of TensorFlow that models hold, each to be saved as a SavedModel. The names in them are the inputs below; first axes are open."""

import numpy as np

_rng = np.random.default_rng(7)


def _normal(*shape):
    return _rng.normal(size=shape).astype("float32")


def _text(*rows):
    return np.array(rows, object)


def _feature(value) -> bytes:
    """A tf.train.Feature, written out so that this file needs no TensorFlow."""
    kind, items = (1, value) if isinstance(value[0], bytes) else (2, value) if isinstance(value[0], float) else (3, value)
    if kind == 1:
        inner = b"".join(_field(1, v) for v in items)
    elif kind == 2:
        inner = _field(1, np.array(items, "<f4").tobytes())
    else:
        inner = _field(1, b"".join(_varint(v % 2**64) for v in items))
    return _field(kind, inner)


def _varint(n: int) -> bytes:
    return bytes([n]) if n < 128 else bytes([n % 128 + 128]) + _varint(n // 128)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number * 8 + 2]) + _varint(len(content)) + content


def _example(**features) -> bytes:
    """A serialized tf.train.Example."""
    return _field(1, b"".join(_field(1, _field(1, k.encode()) + _field(2, _feature(v))) for k, v in features.items()))


_matrix = _normal(3, 4, 4)

INPUTS = {
    "x": _normal(3, 4),
    "y": _normal(3, 4),
    "v": _normal(5),  # a vector
    "row": _normal(4),
    "table": _normal(6, 4),
    "scalar": np.float32(1.5),
    "count": np.int32(3),
    "vs": np.sort(_normal(5)),
    "u": _rng.uniform(-0.95, 0.95, (3, 4)).astype("float32"),
    "p": _rng.uniform(0.1, 4, (3, 4)).astype("float32"),
    "q": _rng.uniform(0.1, 4, (3, 4)).astype("float32"),
    "z": np.array([[0, -1.5, 2, 0.5], [np.inf, 0, -np.inf, np.nan]], "float32"),
    "d": _rng.normal(size=(3, 4)),  # double
    "h": _normal(3, 4).astype("float16"),
    "t": _normal(2, 5, 3),  # steps
    "im": _rng.uniform(0, 1, (2, 6, 5, 3)).astype("float32"),
    "im4": _normal(2, 6, 4, 4),
    "im8": _rng.integers(0, 256, (2, 6, 5, 3)).astype("uint8"),
    "vol": _normal(1, 4, 5, 4, 2),
    "m": _matrix,
    "spd": _matrix @ _matrix.transpose(0, 2, 1) + np.eye(4, dtype="float32"),
    "b": _rng.integers(0, 2, (3, 4)) > 0,
    "c": _rng.integers(0, 2, (3, 4)) > 0,
    "i": _rng.integers(-5, 6, (3, 4)).astype("int32"),
    "j": _rng.integers(1, 5, (3, 4)).astype("int32"),
    "l": _rng.integers(-5, 6, (3, 4)),  # long
    "k": _rng.integers(0, 4, (3,)).astype("int32"),  # classes
    "kv": np.array([3, 1, 1, 0, 3, 2], "int32"),
    "ids": np.array([0, 0, 1, 3, 3], "int32"),  # segments of v
    "lens": np.array([2, 0, 4], "int32"),
    "o": _rng.integers(0, 200, (3, 4)).astype("uint8"),  # bytes
    "s": _text("The cat", "", "Äpfel & Öl, 5 €", "a,b,,c"),
    "w": _text("b", "a", "b", "c"),
    "num": _text("1", "-2.5", "3e2", "0.125"),
    "ex": _text(  # records; none ends with a zero byte, which numpy would drop
        _example(age=[41], size=[1.5, -2.25], tags=[b"a", b"\xff\x00b"]),
        _example(tags=[b"c"], size=[0.5, 7.125], more=[1, -2, 3]),
        _example(age=[-7], more=[5], size=[3.5, 1.25]),
    ),
    "csv": _text("1,2.5,a", ",-1e3,\"b,\"\"c\"", "3,NA, d "),
    "raw": _text(b"abcd\xff\x01\x80?", b"12345678"),
    "sig": _normal(2, 32),
}

EXPRESSIONS = r"""
# One by one
abs(x); tf.abs(i); tf.negative(x); tf.sign(x); tf.sign(i); tf.math.reciprocal(p); tf.square(x); tf.sqrt(p); tf.math.rsqrt(p); tf.exp(x)
tf.math.expm1(x); tf.math.log(p); tf.math.log1p(p); tf.sin(x); tf.cos(x); tf.tan(u); tf.asin(u); tf.acos(u); tf.atan(x); tf.sinh(x)
tf.cosh(x); tf.tanh(x); tf.asinh(x); tf.acosh(p + 1.0); tf.atanh(u); tf.math.erf(x); tf.math.erfc(x); tf.math.erfinv(u)
tf.math.erfcinv(p / 4.1); tf.math.ndtri(p / 4.1); tf.math.lgamma(p); tf.math.digamma(p); tf.math.softsign(x); tf.math.sigmoid(x)
tf.math.log_sigmoid(x); tf.floor(x); tf.math.ceil(x); tf.round(x * 2); tf.math.rint(x * 2); tf.math.is_nan(z); tf.math.is_inf(z)
tf.math.is_finite(z); tf.zeros_like(x); tf.ones_like(i); tf.math.nextafter(x, y); tf.bitwise.invert(i); tf.logical_not(b)
tf.cast(x, tf.int32); tf.cast(i, tf.float32); tf.cast(b, tf.float32); tf.cast(x, tf.bool); tf.cast(d, tf.float32); tf.cast(x, tf.float16)
tf.cast(h, tf.float32); tf.cast(x, tf.bfloat16); tf.cast(l, tf.int32); tf.cast(o, tf.int32); tf.cast(i, tf.uint8)
tf.saturate_cast(x * 300, tf.uint8); tf.bitcast(x, tf.int32); tf.identity(x); tf.stop_gradient(x); tf.math.bessel_i0(x)
tf.math.bessel_i1(x); tf.math.bessel_i0e(x); tf.math.bessel_i1e(x)
tf.math.special.dawsn(x); tf.math.special.expint(p); tf.math.special.fresnel_cos(x); tf.math.special.fresnel_sin(x)
tf.math.special.spence(p); tf.math.special.bessel_j0(x); tf.math.special.bessel_j1(x); tf.math.special.bessel_y0(p)
tf.math.special.bessel_y1(p); tf.math.special.bessel_k0(p); tf.math.special.bessel_k1(p); tf.math.special.bessel_k0e(p)
tf.math.special.bessel_k1e(p); tf.math.igamma(p, q); tf.math.igammac(p, q); tf.math.betainc(p, q, p / 4.1); tf.math.zeta(p + 1.0, q)
tf.math.polygamma(1.0 + 0 * p, q)
tf.math.special.bessel_j0(x * 20.0); tf.math.special.bessel_j1(d * 20.0); tf.math.special.bessel_y0(p * 10.0); tf.math.special.bessel_y1(p * 10.0)
tf.math.special.expint(d * 30.0); tf.math.special.dawsn(d * 10.0); tf.math.special.fresnel_cos(d * 2.0); tf.math.special.fresnel_sin(d * 2.0)
tf.math.special.spence(p * 2.0); tf.math.igamma(p * 50.0, q * 50.0); tf.math.igammac(p * 50.0, q * 50.0); tf.math.betainc(20.0 * abs(d) + 1.0, 9.0 - d * d, 1.0 / (1.0 + d * d))
tf.math.zeta(p * 3.0 + 1.0, q * 5.0); tf.math.polygamma(2.0 + 0 * p, q); tf.math.polygamma(tf.round(q), p[:, :1]); tf.math.igamma(p[:, :1], q)
tf.math.ndtri(p * 1e-6); tf.math.erfcinv(p * 1e-6); tf.raw_ops.IgammaGradA(a=p, x=q); tf.raw_ops.IgammaGradA(a=p * 50.0, x=q * 50.0)
tf.gradients(tf.math.igamma(p[:, :1], q), [p, q]); tf.gradients(tf.math.igammac(p, q), p)[0]; tf.gradients(tf.math.lgamma(p) + tf.math.digamma(p), p)[0]
tf.gradients(tf.math.betainc(p, q, p / 4.1), p)[0]; tf.gradients(tf.math.zeta(p + 1.0, row + 4.0), row)[0]; tf.gradients(tf.math.special.spence(p), p)[0]
tf.gradients(tf.math.bessel_i1(x) + tf.math.bessel_i1e(x) + tf.math.special.bessel_j1(x), x)[0]
# By pairs
x + y; x - y; x * y; x / p; x // p; x % p; x ** 2; p ** y; i + j; i // j; i % j; i / j; tf.truncatediv(i, j); tf.truncatemod(i, j)
x * scalar; x + row; table - row; p ** scalar
tf.math.mod(l, 3); tf.maximum(x, y); tf.minimum(i, j); tf.atan2(x, y); tf.equal(i, j); x != y; x < y; x <= y; i > j; i >= j; b & c; b | c
b ^ c; tf.math.logical_xor(b, c); tf.bitwise.bitwise_and(i, j); tf.bitwise.bitwise_or(i, j); tf.bitwise.bitwise_xor(i, j)
tf.bitwise.left_shift(i, j); tf.bitwise.right_shift(i, j); tf.math.squared_difference(x, y); tf.math.divide_no_nan(x, tf.nn.relu(y))
tf.math.multiply_no_nan(x, tf.nn.relu(y)); tf.math.xdivy(tf.nn.relu(x), y); tf.math.xlogy(tf.nn.relu(x), p)
tf.math.xlog1py(tf.nn.relu(x), p); tf.math.floormod(x, p); tf.raw_ops.ApproximateEqual(x=x, y=x + 1e-6, tolerance=1e-5); tf.add_n([x, y, x])
tf.where(b, x, y); tf.where(b, 1.0, x); tf.where(x > 0); tf.where(b)[:, 0]; tf.clip_by_value(x, -0.5, 0.5); tf.clip_by_norm(x, 1.0, [1])
tf.math.pow(d, 2.0); tf.equal(s, "a"); tf.math.cumulative_logsumexp(x, 1); tf.math.reduce_euclidean_norm(x, 1); tf.floor(d)
x + tf.constant([1., 2, 3, 4]); tf.maximum(l, 2); d * d; h + h; tf.cast(o, tf.int32) + 3; o + tf.constant(100, tf.uint8)
# Activations
tf.nn.relu(x); tf.nn.relu(i); tf.nn.relu6(x * 5); tf.nn.leaky_relu(x); tf.nn.leaky_relu(x, 0.3); tf.nn.elu(x); tf.nn.selu(x); tf.nn.gelu(x)
tf.nn.gelu(x, approximate=True); tf.nn.silu(x); tf.nn.softplus(x); tf.nn.softsign(x); tf.nn.softmax(x); tf.nn.softmax(t, 1)
tf.nn.log_softmax(x); tf.nn.crelu(x); tf.nn.swish(x)
# Along axes
tf.reduce_sum(x, 1); tf.reduce_sum(x); tf.reduce_sum(i, 0); tf.reduce_mean(x, -1, keepdims=True); tf.reduce_mean(i, 1); tf.reduce_prod(x, 1)
tf.reduce_max(x, 1); tf.reduce_min(i, 1); tf.reduce_any(b, 1); tf.reduce_all(b, 0); tf.reduce_logsumexp(x, 1); tf.math.reduce_std(x, 1)
tf.math.reduce_variance(x, [0, 1]); tf.argmax(x, 1); tf.argmin(x, 0); tf.argmax(x, 1, tf.int32); tf.cumsum(x, 1)
tf.cumsum(x, 1, exclusive=True, reverse=True); tf.math.cumprod(x, 1); tf.math.top_k(x, 2); tf.math.top_k(i, 3); tf.math.approx_max_k(x, 1)
tf.sort(x, 1); tf.sort(x, 1, "DESCENDING"); tf.argsort(x, 1); tf.math.in_top_k(k, x, 2); tf.nn.l2_loss(x); tf.math.l2_normalize(x, 1)
tf.nn.moments(x, [0, 1]); tf.math.count_nonzero(x > 0, 1); tf.norm(x, axis=1); tf.norm(x, 1, 1); tf.linalg.global_norm([x, y])
tf.math.bincount(kv, minlength=4, maxlength=4); tf.math.bincount(kv); tf.math.confusion_matrix(k, k, 4); tf.searchsorted(vs, v)
tf.searchsorted(vs, v, "right"); tf.math.segment_sum(v, ids); tf.math.segment_mean(v, ids); tf.math.segment_max(v, ids)
tf.math.segment_min(v, ids); tf.math.segment_prod(v, ids); tf.math.unsorted_segment_sum(v, ids, 5); tf.math.unsorted_segment_mean(v, ids, 5)
tf.math.unsorted_segment_sum(x, k, count + 1)
tf.math.unsorted_segment_max(v, ids, 5); tf.math.unsorted_segment_min(v, ids, 5); tf.math.unsorted_segment_prod(v, ids, 5)
tf.math.unsorted_segment_sqrt_n(v, ids, 5); tf.raw_ops.Bucketize(input=x, boundaries=[-1.0, 0.0, 0.5]); tf.nn.zero_fraction(tf.nn.relu(x))
tf.sparse.segment_sum(x, tf.constant([0, 1, 2]), tf.constant([0, 0, 1]))
tf.sparse.segment_mean(x, tf.constant([0, 1, 2]), tf.constant([0, 0, 1]))
tf.sparse.segment_sqrt_n(x, tf.constant([0, 1, 2]), tf.constant([0, 0, 1])); tf.histogram_fixed_width(x, [-2.0, 2.0], 5)
tf.math.reduce_any(b); tf.reduce_max(l, 0); tf.nn.weighted_moments(x, [1], p)
# Shapes
tf.shape(x); tf.size(x); tf.rank(x); tf.shape(x, tf.int64); tf.reshape(x, [-1, 2]); tf.reshape(t, [tf.shape(t)[0], -1])
tf.squeeze(x[:, :1], 1); tf.expand_dims(x, 1); tf.transpose(x); tf.transpose(t, [0, 2, 1]); tf.concat([x, y], 1); tf.concat([x, y], 0)
tf.stack([x, y], 1); tf.unstack(x, axis=1); tf.split(x, 2, 1); tf.split(x, [1, 3], 1); tf.slice(x, [0, 1], [-1, 2]); x[:, 1]; x[0]; x[-1]
x[:, ::-1]; x[:, 3:0:-2]; x[..., tf.newaxis, 1:3]; t[:, -1, :]; t[:, 1:-1]; x[1:]; x[:-1]; t[..., 0]; tf.tile(x, [1, 2]); tf.tile(x, [2, 1])
tf.broadcast_to(x[:, :1], [tf.shape(x)[0], 4]); tf.pad(x, [[0, 0], [1, 2]]); tf.pad(x, [[0, 0], [1, 2]], constant_values=3.0)
tf.pad(x, [[0, 0], [1, 2]], "REFLECT"); tf.pad(x, [[0, 0], [1, 2]], "SYMMETRIC"); tf.reverse(x, [1]); tf.roll(x, count, 1)
tf.roll(x, [1, -1], [0, 1]); tf.repeat(x, 2, 1); tf.repeat(x, 3, 0); tf.repeat(v, [1, 2, 0, 1, 3]); tf.meshgrid(v, vs)
tf.range(tf.shape(x)[0]); tf.range(0.0, 2.0, 0.5); tf.linspace(0.0, 1.0, 5); tf.linspace(x[0], x[1], 3); tf.fill([tf.shape(x)[0], 2], 3.0)
tf.ones([tf.shape(x)[0], 2]); tf.eye(3); tf.eye(3, batch_shape=[tf.shape(x)[0]]); tf.space_to_batch(im4, [2, 2], [[0, 0], [0, 0]])
tf.nn.space_to_depth(im4, 2); tf.nn.depth_to_space(im4, 2); tf.space_to_batch(im, [2, 1], [[1, 1], [0, 0]])
tf.batch_to_space(tf.tile(im4, [4, 1, 1, 1]), [2, 2], [[0, 0], [1, 1]]); tf.reverse_sequence(x, lens, 1, batch_axis=0)
tf.sequence_mask(lens, 5); tf.sequence_mask(lens); tf.ensure_shape(x, [None, 4]); tf.raw_ops.InvertPermutation(x=tf.argsort(v))
tf.unravel_index(kv, [2, 3]); tf.broadcast_dynamic_shape(tf.shape(x), tf.shape(y)); tf.reshape(x, [2, -1, 1]); tf.squeeze(x[:1])
tf.image.extract_patches(im, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")
tf.image.extract_patches(im, [1, 2, 2, 1], [1, 1, 1, 1], [1, 2, 1, 1], "SAME")
tf.extract_volume_patches(vol, [1, 2, 2, 2, 1], [1, 1, 1, 1, 1], "VALID"); tf.parallel_stack([tf.constant(1.), tf.constant(2.)])
tf.strided_slice(x, [0, 0], [2, 4], [1, 2]); tf.boolean_mask(x, b); tf.boolean_mask(x, k > 1)
tf.dynamic_partition(v, tf.cast(v > 0, tf.int32), 2); tf.dynamic_stitch([[0, 2], [1, 3]], [v[:2], v[2:4]]); tf.unique(kv)
tf.unique_with_counts(kv); tf.unique(w); tf.raw_ops.ListDiff(x=kv, y=[3, 0]); tf.raw_ops.UniqueV2(x=tf.reshape(kv, [3, 2]), axis=[0])
# Picks
tf.gather(x, [2, 0], axis=1); tf.gather(x, k % 3); tf.gather(table, kv); tf.gather(x, k, axis=1, batch_dims=1); tf.gather_nd(x, tf.stack([k % 3, k], 1))
tf.gather_nd(x, k[:, tf.newaxis], batch_dims=1); tf.one_hot(k, 4); tf.one_hot(k, 4, 2.0, -1.0, axis=0); tf.one_hot(k, 4, dtype=tf.int32)
tf.scatter_nd(k[:, tf.newaxis], x, [4, 4]); tf.tensor_scatter_nd_add(x, [[0], [2]], y[:2]); tf.tensor_scatter_nd_sub(x, [[0], [2]], y[:2])
tf.tensor_scatter_nd_update(x, [[0], [2]], y[:2]); tf.tensor_scatter_nd_max(x, [[0], [2]], y[:2])
tf.tensor_scatter_nd_min(x, [[0], [2]], y[:2]); tf.nn.embedding_lookup(table, k); tf.linalg.band_part(x, 0, -1)
tf.linalg.band_part(m, 1, 1); tf.linalg.diag(x); tf.linalg.diag(x, k=1); tf.linalg.diag_part(m); tf.linalg.diag_part(m, k=-1)
tf.linalg.set_diag(m, x); tf.linalg.diag(t[:, :3], k=(-1, 1)); tf.linalg.diag_part(m, k=(-1, 1)); tf.linalg.tensor_diag(v)
tf.linalg.tensor_diag_part(m[0]); tf.linalg.trace(m)
# Products
x @ tf.transpose(y); tf.matmul(x, y, transpose_b=True); tf.matmul(m, m); tf.matmul(m, m, adjoint_a=True); tf.einsum("bij,bjk->bik", m, m)
tf.einsum("ij,kj->ik", x, table); tf.einsum("...ij->...ji", m); tf.tensordot(x, y, [[1], [1]]); tf.linalg.matvec(m, x); tf.linalg.inv(spd)
tf.linalg.det(m); tf.linalg.logdet(spd); tf.linalg.slogdet(m); tf.linalg.cholesky(spd); tf.linalg.solve(spd, m)
tf.linalg.triangular_solve(spd, m); tf.linalg.cholesky_solve(tf.linalg.cholesky(spd), m); tf.linalg.eigvalsh(spd)
tf.linalg.svd(m, compute_uv=False); tf.abs(tf.linalg.qr(m)[1]); tf.linalg.expm(m * 0.1); tf.linalg.sqrtm(spd); tf.linalg.pinv(m)
tf.linalg.lstsq(spd, m); tf.linalg.cross(x[:, :3], y[:, :3]); tf.linalg.normalize(x)[0]; tf.linalg.matrix_rank(m)
tf.linalg.tridiagonal_solve(t[:, :3] + 3.0, t[:, 0, :, tf.newaxis]); tf.linalg.lu(spd)[0]; tf.linalg.matrix_transpose(m)
tf.linalg.adjoint(m); tf.matmul(h, h, transpose_b=True); tf.matmul(d, d, transpose_a=True); tf.matmul(i, j, transpose_b=True)
tf.linalg.banded_triangular_solve(tf.stack([x, x + 3.0], 1)[:1], m[:1])
# Convolutions
tf.nn.conv2d(im, tf.ones([3, 3, 3, 2]), 1, "SAME"); tf.nn.conv2d(im, tf.ones([3, 3, 3, 2]), 2, "VALID")
tf.nn.conv2d(im, tf.ones([2, 2, 3, 2]), 1, "VALID", dilations=2)
tf.nn.conv2d(im, tf.ones([3, 3, 3, 2]), 1, [[0, 0], [1, 2], [0, 1], [0, 0]]); tf.nn.conv1d(t, tf.ones([2, 3, 2]), 1, "SAME")
tf.nn.conv3d(vol, tf.ones([2, 2, 2, 2, 3]), [1, 1, 2, 1, 1], "SAME")
tf.nn.depthwise_conv2d(im, tf.ones([3, 3, 3, 2]), [1, 2, 2, 1], "SAME")
tf.nn.depthwise_conv2d(im, tf.ones([2, 2, 3, 1]), [1, 1, 1, 1], "VALID", dilations=[2, 2])
tf.nn.separable_conv2d(im, tf.ones([3, 3, 3, 1]), tf.ones([1, 1, 3, 4]), [1, 1, 1, 1], "SAME")
tf.nn.conv2d_transpose(im, tf.ones([3, 3, 2, 3]), [tf.shape(im)[0], 12, 10, 2], 2, "SAME")
tf.nn.conv1d_transpose(t, tf.ones([2, 4, 3]), [tf.shape(t)[0], 10, 4], 2)
tf.nn.conv3d_transpose(vol, tf.ones([2, 2, 2, 3, 2]), [1, 8, 10, 8, 3], 2); tf.nn.atrous_conv2d(im, tf.ones([2, 2, 3, 2]), 2, "SAME")
tf.nn.dilation2d(im, tf.ones([2, 2, 3]), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
tf.nn.erosion2d(im, tf.ones([2, 2, 3]), [1, 1, 1, 1], "VALID", "NHWC", [1, 1, 1, 1]); tf.nn.max_pool2d(im, 2, 2, "VALID")
tf.nn.max_pool2d(im, 3, 2, "SAME"); tf.nn.avg_pool2d(im, 3, 1, "SAME"); tf.nn.max_pool1d(t, 2, 2, "VALID")
tf.nn.avg_pool3d(vol, 2, 2, "SAME"); tf.nn.max_pool3d(vol, 2, 1, "VALID"); tf.nn.max_pool_with_argmax(im, 2, 2, "SAME")
tf.nn.pool(im, [2, 2], "AVG", dilations=[2, 1]); tf.nn.bias_add(x, row); tf.nn.lrn(im4, 1)
tf.nn.batch_normalization(x, 0.1, 2.0, 0.3, 1.5, 1e-3); tf.nn.dropout(x, 0.0)
tf.compat.v1.nn.fused_batch_norm(im, [1., 2, 3], [0., 0, 1], [0., 0.1, 0], [1., 2, 1], is_training=False)[0]
tf.compat.v1.nn.fused_batch_norm(im, [1., 2, 3], [0., 0, 1])[:3]; tf.nn.sufficient_statistics(x, [0])[1:3]
tf.nn.with_space_to_batch(im, [2, 2], "SAME", lambda a, n, pad: tf.nn.conv2d(a, tf.ones([2, 2, 3, 2]), 1, pad), filter_shape=[2, 2])
# Losses
tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(y), x); tf.nn.sparse_softmax_cross_entropy_with_logits(k, x)
tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(b, tf.float32), x); tf.nn.weighted_cross_entropy_with_logits(tf.cast(b, tf.float32), x, 2.0)
tf.nn.log_poisson_loss(p, x); tf.nn.ctc_loss([[1, 2], [2, 1]], tf.transpose(t, [1, 0, 2]), [2, 1], [5, 5])
tf.nn.ctc_greedy_decoder(tf.transpose(t, [1, 0, 2]), [5, 5])[1]; tf.nn.compute_average_loss(v)
# Images
tf.image.resize(im, [4, 7]); tf.image.resize(im, [9, 9], "nearest"); tf.image.resize(im, [9, 4], "bicubic")
tf.image.resize(im, [3, 2], "area"); tf.image.resize(im, [4, 4], "lanczos3"); tf.image.resize(im, [4, 4], "gaussian")
tf.image.resize(im, [4, 4], "mitchellcubic"); tf.image.resize(im, [3, 3], antialias=True); tf.image.resize(im8, [4, 7])
tf.image.resize(im, [8, 20], preserve_aspect_ratio=True); tf.image.resize_with_pad(im, 8, 8); tf.image.resize_with_crop_or_pad(im, 4, 8)
tf.image.central_crop(im, 0.5); tf.image.crop_to_bounding_box(im, 1, 1, 3, 2); tf.image.pad_to_bounding_box(im, 1, 2, 9, 9)
tf.image.crop_and_resize(im, [[0., 0., 1., 1.], [0.2, 0.1, 0.8, 1.2]], [0, 1], [3, 3])
tf.image.crop_and_resize(im, [[0., 0., 1., 1.]], [0], [4, 3], "nearest"); tf.image.flip_left_right(im); tf.image.flip_up_down(im)
tf.image.rot90(im); tf.image.rot90(im, 3); tf.image.transpose(im); tf.image.rgb_to_grayscale(im); tf.image.grayscale_to_rgb(im[..., :1])
tf.image.rgb_to_hsv(im); tf.image.hsv_to_rgb(im); tf.image.rgb_to_yuv(im); tf.image.yuv_to_rgb(im); tf.image.rgb_to_yiq(im)
tf.image.adjust_brightness(im, 0.2); tf.image.adjust_contrast(im, 1.5); tf.image.adjust_hue(im, 0.2); tf.image.adjust_saturation(im, 0.5)
tf.image.adjust_gamma(im, 2.0, 1.5); tf.image.per_image_standardization(im); tf.image.convert_image_dtype(im8, tf.float32)
tf.image.convert_image_dtype(im, tf.uint8); tf.image.total_variation(im); tf.image.psnr(im, im[::-1], 1.0); tf.image.image_gradients(im)
tf.image.sobel_edges(im); tf.image.ssim(tf.tile(im, [1, 3, 3, 1]), tf.tile(im[::-1], [1, 3, 3, 1]), 1.0)
tf.image.non_max_suppression([[0., 0, 1, 1], [0., 0.1, 1, 1.1], [0., 2, 1, 3]], v[:3], 3)
tf.raw_ops.ImageProjectiveTransformV3(images=im, transforms=[[1., .1, 0, 0, 1, 1, 0, 0]], output_shape=[6, 5], fill_value=0., interpolation="BILINEAR", fill_mode="REFLECT")
tf.raw_ops.ImageProjectiveTransformV3(images=im, transforms=[[1., .1, 0, 0, 1, 1, 0, 0]], output_shape=[4, 7], fill_value=0.5, interpolation="NEAREST", fill_mode="CONSTANT")
tf.compat.v1.image.resize_bilinear(im, [4, 7]); tf.compat.v1.image.resize_bilinear(im, [4, 7], align_corners=True)
tf.compat.v1.image.resize_nearest_neighbor(im, [4, 7]); tf.compat.v1.image.resize_bicubic(im, [4, 7])
tf.compat.v1.image.resize_bicubic(im, [9, 7], align_corners=True); tf.compat.v1.image.resize_area(im, [4, 7])
tf.image.combined_non_max_suppression(tf.tile([[[[0., 0, 1, 1]], [[0., 0.1, 1, 1.1]], [[0., 2, 1, 3]]]], [2, 1, 1, 1]), t[:, :3, :1], 2, 3)
tf.image.grayscale_to_rgb(im[..., 1:2])
# Text
tf.strings.lower(s); tf.strings.upper(s); tf.strings.lower(s, "utf-8"); tf.strings.upper(s, "utf-8"); tf.strings.strip(s)
tf.strings.length(s); tf.strings.length(s, "UTF8_CHAR"); tf.strings.regex_replace(s, "[aeiou]", "_")
tf.strings.regex_replace(s, "(c)(a)", r"\2-\1\\2"); tf.strings.regex_full_match(s, ".*c.*"); tf.strings.join([s, s], "-")
tf.strings.reduce_join(w, keepdims=True); tf.strings.reduce_join(tf.stack([w, w]), 0, separator="+"); tf.strings.split(s).to_tensor()
tf.strings.split(s, ",").to_tensor("?"); tf.strings.split(s, maxsplit=1).to_tensor(); tf.strings.substr(num, 1, 2)
tf.strings.substr(w, -1, 2); tf.strings.substr(s, 0, 2, "UTF8_CHAR"); tf.strings.substr(w, [0, 1, 0, 0], [1, 1, 0, 2], "UTF8_CHAR")
tf.strings.to_number(num); tf.strings.to_number(num, tf.float64); tf.strings.as_string(i); tf.strings.as_string(x, precision=3)
tf.strings.as_string(i, width=4, fill="0"); tf.strings.as_string(b); tf.strings.as_string(x); tf.strings.as_string(x, scientific=True)
tf.strings.as_string(x, shortest=True); tf.strings.to_hash_bucket(s, 10); tf.strings.to_hash_bucket_fast(s, 10)
tf.strings.to_hash_bucket_strong(s, 10, [1, 2]); tf.strings.bytes_split(w).to_tensor(); tf.strings.unicode_split(s, "UTF-8").to_tensor()
tf.strings.unicode_decode(s, "UTF-8").to_tensor(); tf.strings.unicode_encode(tf.strings.unicode_decode(s, "UTF-8"), "UTF-8")
tf.strings.unicode_decode_with_offsets(s, "UTF-8"); tf.strings.unicode_split_with_offsets(s, "UTF-8")
tf.strings.unicode_transcode(s, "UTF-8", "UTF-8"); tf.strings.ngrams(tf.strings.split(s), 2).to_tensor()
tf.strings.unsorted_segment_join(w, [0, 1, 0, 1], 2, "/"); tf.io.decode_base64(tf.io.encode_base64(s)); tf.io.encode_base64(s)
tf.strings.reduce_join(tf.strings.split(s), axis=1, separator=" "); tf.argsort(tf.strings.length(s)); tf.gather(w, [2, 0])
tf.where(w == "b", w, "x"); tf.reshape(w, [2, 2]); tf.concat([w, s], 0); tf.fill([2, 2], "a")
tf.strings.regex_replace(s, r"\s+", " ", replace_global=False)
# Records
tf.io.parse_example(ex, {"age": tf.io.FixedLenFeature([], tf.int64, -1), "size": tf.io.FixedLenFeature([2], tf.float32)})
tf.io.parse_example(ex, {"tags": tf.io.VarLenFeature(tf.string), "more": tf.io.VarLenFeature(tf.int64), "no": tf.io.VarLenFeature(tf.float32)})
tf.io.parse_example(ex, {"more": tf.io.FixedLenSequenceFeature([], tf.int64, True, 9), "size": tf.io.FixedLenSequenceFeature([2], tf.float32, True)})
tf.io.parse_example(ex, {"more": tf.io.RaggedFeature(tf.int64), "tags": tf.io.RaggedFeature(tf.string, row_splits_dtype=tf.int64)})
tf.io.parse_example(ex, {"s": tf.io.SparseFeature("more", "size", tf.float32, 8), "age": tf.io.FixedLenFeature([1], tf.int64, [3])})["age"]
tf.io.parse_single_example(ex[0], {"age": tf.io.FixedLenFeature([], tf.int64), "tags": tf.io.VarLenFeature(tf.string)})
tf.io.parse_single_example(ex[1], {"more": tf.io.FixedLenSequenceFeature([], tf.int64, True), "size": tf.io.FixedLenFeature([2], tf.float32)})
tf.compat.v1.io.parse_example(ex, {"tags": tf.io.VarLenFeature(tf.string), "age": tf.io.FixedLenFeature([], tf.int64, 0)})
tf.compat.v1.io.parse_single_example(ex[2], {"more": tf.io.VarLenFeature(tf.int64), "tags": tf.io.FixedLenFeature([2], tf.string, ["x", "y"])})
tf.strings.lower(tf.sparse.to_dense(tf.io.parse_example(ex, {"tags": tf.io.VarLenFeature(tf.string)})["tags"], "?"))
tf.io.decode_csv(csv, [[7], [0.5], ["z"]], na_value="NA"); tf.io.decode_csv(csv, [["x"]], select_cols=[2])
tf.io.decode_csv(num, [tf.constant([], tf.float64)]); tf.io.decode_csv(tf.strings.regex_replace(csv, ",", "|"), [[0]], "|", True, "", [0])
tf.io.decode_raw(raw, tf.uint8); tf.io.decode_raw(raw, tf.int16); tf.io.decode_raw(raw, tf.int32, False); tf.io.decode_raw(raw, tf.int64)
tf.io.decode_raw(tf.io.encode_base64(w), tf.uint8); tf.io.decode_raw(raw, tf.uint16, fixed_length=12); tf.io.decode_raw(tf.constant(["abcd"]), tf.uint8)
tf.strings.length(raw); tf.strings.to_hash_bucket_fast(raw, 1000); tf.io.encode_base64(raw); tf.strings.substr(raw, 3, 3)
# Ragged and sparse
tf.RaggedTensor.from_row_lengths(v, [2, 0, 3]).to_tensor(); tf.reduce_sum(tf.RaggedTensor.from_row_lengths(v, [2, 0, 3]), 1)
tf.reduce_mean(tf.RaggedTensor.from_row_lengths(v, [2, 0, 3]), 1); tf.RaggedTensor.from_row_splits(v, [0, 2, 2, 5]).row_lengths()
tf.RaggedTensor.from_value_rowids(v, ids).to_tensor(); tf.RaggedTensor.from_tensor(x, lens).values
tf.concat([tf.RaggedTensor.from_row_lengths(v, [2, 0, 3])] * 2, 1).to_tensor(); tf.RaggedTensor.from_tensor(x, padding=0.0).to_tensor()
tf.gather(tf.RaggedTensor.from_row_lengths(v, [2, 0, 3]), [2, 0]).to_tensor()
tf.RaggedTensor.from_row_lengths(v, [2, 0, 3])[1:].to_tensor(); tf.ragged.range(lens).to_tensor()
tf.RaggedTensor.from_row_lengths(v, [2, 0, 3])[:, :1].to_tensor(); tf.RaggedTensor.from_row_lengths(v, [2, 0, 3]).to_sparse().values
tf.sparse.to_dense(tf.sparse.from_dense(tf.nn.relu(x))); tf.sparse.sparse_dense_matmul(tf.sparse.from_dense(tf.nn.relu(x)), tf.transpose(table))
tf.sparse.reduce_sum(tf.sparse.from_dense(tf.nn.relu(x)), 1)
tf.sparse.to_dense(tf.sparse.reorder(tf.SparseTensor([[0, 1], [2, 3]], v[:2], [3, 4])))
tf.sparse.to_dense(tf.SparseTensor([[0, 1], [2, 3]], v[:2], [3, 4]), -1.0); tf.sparse.softmax(tf.sparse.from_dense(tf.nn.relu(x))).values
tf.nn.embedding_lookup_sparse(table, tf.sparse.from_dense([[1, 2], [5, 0]]), None, combiner="mean")
tf.nn.safe_embedding_lookup_sparse(table, tf.sparse.from_dense([[1, 2], [0, 0]]))
tf.sparse.to_dense(tf.sparse.concat(1, [tf.sparse.from_dense(i), tf.sparse.from_dense(j)]))
tf.sparse.to_dense(tf.sparse.reshape(tf.sparse.from_dense(j), [4, 3])); tf.sparse.to_indicator(tf.sparse.from_dense(j), 6)
tf.sparse.to_dense(tf.sparse.slice(tf.sparse.from_dense(j), [0, 1], [2, 2]))
tf.sparse.to_dense(tf.sparse.cross_hashed([tf.sparse.from_dense(tf.reshape(w, [4, 1])), tf.sparse.from_dense(tf.reshape(w, [4, 1]))], 10))
tf.sparse.to_dense(tf.sparse.transpose(tf.sparse.from_dense(j)))
tf.sparse.to_dense(tf.sparse.add(tf.sparse.from_dense(j), tf.sparse.from_dense(i)))
tf.sparse.fill_empty_rows(tf.sparse.from_dense(tf.constant([[0, 1], [0, 0]])), 7)[0].values + k[0] * 0
tf.sparse.to_dense(tf.sparse.from_dense(x) * y)
tf.sparse.to_dense(tf.sparse.retain(tf.sparse.from_dense(j), tf.sparse.from_dense(j).values > 2)); tf.sparse.bincount(kv).values
tf.sparse.to_dense(tf.strings.split(s).to_sparse(), "")
tf.edit_distance(tf.sparse.from_dense(j), tf.sparse.from_dense(tf.abs(i))); tf.sets.size(tf.sets.union(i, j))
tf.edit_distance(tf.sparse.from_dense([[1, 2], [0, 3]]), tf.sparse.from_dense([[2, 3, 1], [0, 0, 0]]), False) + scalar
tf.sparse.to_dense(tf.sets.intersection(i, j)); tf.sparse.to_dense(tf.sets.union(w[:, tf.newaxis], s[:, tf.newaxis]))
tf.sparse.to_dense(tf.sets.difference(i, tf.sparse.from_dense(j))); tf.sparse.to_dense(tf.sets.difference(i, j, False))
tf.sparse.to_dense(tf.sets.intersection(tf.sparse.from_dense(i), tf.sparse.from_dense(j)))
# Signals
tf.abs(tf.signal.rfft(sig)); tf.signal.irfft(tf.signal.rfft(sig)); tf.abs(tf.signal.fft(tf.complex(sig, 0 * sig)))
tf.math.real(tf.signal.ifft(tf.complex(sig, sig))); tf.abs(tf.signal.stft(sig, 8, 4)); tf.signal.frame(sig, 8, 4)
tf.signal.inverse_stft(tf.signal.stft(sig, 8, 4), 8, 4); tf.signal.hann_window(8); tf.signal.hamming_window(7); tf.signal.dct(sig)
tf.signal.idct(sig); tf.signal.linear_to_mel_weight_matrix(5, 17, 8000, 20.0, 3800.0); tf.abs(tf.signal.fft2d(tf.complex(m, 0 * m)))
tf.abs(tf.signal.rfft2d(m)); tf.signal.irfft2d(tf.signal.rfft2d(m)); tf.math.angle(tf.complex(x, y))
tf.math.real(tf.complex(x, y) * tf.complex(y, x)); tf.abs(tf.complex(x, y)); tf.math.imag(tf.math.conj(tf.complex(x, y)))
tf.signal.mfccs_from_log_mel_spectrograms(x); tf.signal.overlap_and_add(t, 2); tf.signal.kaiser_window(8); tf.abs(tf.exp(tf.complex(x, y)))
tf.math.real(tf.complex(x, y) / tf.complex(y, x)); tf.math.imag(tf.cast(x, tf.complex64) + tf.complex(x, y)); tf.signal.fftshift(x, 1)
tf.math.real(tf.reshape(tf.complex(x, y), [-1])); tf.math.real(tf.transpose(tf.complex(x, y)))
tf.math.real(tf.complex(x, y) @ tf.transpose(tf.complex(y, x))); tf.abs(tf.signal.fft3d(tf.complex(m, m)))
tf.math.real(tf.complex(x, y)[:, 1:])
# Control
tf.cond(tf.reduce_sum(x) > 0, lambda: x, lambda: y); tf.cond(tf.reduce_sum(x) > 0, lambda: x[:, :2], lambda: y)
tf.switch_case(count % 2, [lambda: x, lambda: y]); tf.case([(tf.reduce_sum(x) > 0, lambda: x)], lambda: y); tf.map_fn(lambda r: r * 2, x)
tf.map_fn(lambda r: tf.reduce_sum(r[0] * r[1]), (x, y), fn_output_signature=tf.float32); tf.vectorized_map(lambda r: tf.reduce_sum(r), x)
tf.scan(lambda a, e: a + e, x); tf.scan(lambda a, e: a * 0.5 + e, x, reverse=True); tf.foldl(lambda a, e: a + e, x)
tf.foldr(lambda a, e: a + e, x); tf.while_loop(lambda n, a: n < 3, lambda n, a: (n + 1, a * 2.0), (0, x))[1]
tf.while_loop(lambda n, a: tf.reduce_sum(a) < 100.0, lambda n, a: (n + 1, a * 2.0), (0, p))
tf.TensorArray(tf.float32, 2).unstack(x[:2]).stack(); tf.TensorArray(tf.float32, 2, infer_shape=False).unstack([x[0], x[1]]).concat()
tf.TensorArray(tf.float32, 0, dynamic_size=True).write(0, x[0]).write(1, x[1]).stack()
tf.TensorArray(tf.float32, 3).unstack(x).gather([2, 0]); tf.grad_pass_through(tf.round)(x); tf.recompute_grad(lambda a: a * 2)(x)
tf.debugging.check_numerics(x, "x"); tf.gradients(tf.reduce_sum(x ** 3), x)[0]
tf.gradients(tf.nn.conv2d(im, tf.ones([3, 3, 3, 2]), 1, "SAME"), im)[0]; tf.gradients(tf.nn.max_pool2d(im, 2, 2, "VALID"), im)[0]
tf.gradients(tf.nn.avg_pool2d(im, 2, 2, "SAME"), im)[0]; tf.gradients(tf.nn.softmax(x) * y, x)[0]
tf.gradients(tf.tanh(x) + tf.sigmoid(x) + tf.nn.relu(x) + tf.nn.elu(x) + tf.nn.softplus(x) + tf.nn.selu(x), x)[0]
tf.convert_to_tensor(tf.gradients(tf.gather(x, k % 3) * y, x)[0]); tf.gradients(x @ tf.transpose(table), table)[0]
tf.gradients(tf.nn.bias_add(x, row), row)[0]; tf.gradients(tf.sqrt(p) + 1 / p + tf.math.rsqrt(p) + tf.math.log(p), p)[0]
tf.gradients(x[:, 1:3] * 2.0, x)[0]; tf.gradients(tf.nn.sparse_softmax_cross_entropy_with_logits(k, x), x)[0]
tf.gradients(tf.reduce_max(x, 1), x)[0]; tf.gradients(tf.concat([x, y], 1) ** 2, x)[0]; tf.gradients(x * row, row)[0]
tf.gradients(tf.pad(x, [[0, 0], [1, 1]], "REFLECT"), x)[0]; tf.gradients(tf.nn.leaky_relu(x) + tf.nn.relu6(x), x)[0]
tf.gradients(tf.image.resize(im, [4, 4]), im)[0]
tf.while_loop(lambda n, a: n < count, lambda n, a: (n + 1, a.write(n, x[0] * tf.cast(n, tf.float32))), (0, tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[4])))[1].stack()
tf.while_loop(lambda n, a: n < 3, lambda n, a: (n + 1, a.write(n, x[0] * tf.cast(n, tf.float32))), (0, tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[4])))[1].stack()
tf.while_loop(lambda n, a: n < count, lambda n, a: (n + 1, tf.concat([a, a[:1] * 2.0], 0)), (0, x), (tf.TensorShape([]), tf.TensorShape([None, 4])))
tf.while_loop(lambda a: tf.shape(a)[0] < 10, lambda a: [tf.concat([a, a], 0)], [x], shape_invariants=[tf.TensorShape([None, 4])])[0]
tf.while_loop(lambda a: tf.reduce_sum(a) > 0.5, lambda a: [a[1:]], [p], shape_invariants=[tf.TensorShape([None, 4])])[0]
tf.map_fn(lambda r: tf.reduce_sum(tf.boolean_mask(r, r > 0)), x); tf.map_fn(lambda r: tf.io.decode_raw(r, tf.uint8)[:2], raw, fn_output_signature=tf.uint8)
tf.map_fn(lambda n: tf.reduce_sum(x[:n]), k, fn_output_signature=tf.float32)
tf.scan(lambda a, n: a + tf.cond(n > 1, lambda: tf.reduce_sum(x[:n]), lambda: 0.0), k, 0.0)
# Random numbers without randomness
tf.shape(tf.random.normal([tf.shape(x)[0], 3])); tf.shape(tf.random.uniform([2, 3], 0, 5, tf.int32))
tf.shape(tf.random.stateless_normal([2, 3], [1, 2])); tf.shape(tf.random.stateless_gamma([2, 3], [1, 2], 2.0))
tf.shape(tf.random.truncated_normal([2])); tf.sort(tf.random.shuffle(v)); tf.shape(tf.random.categorical(x, 3))
tf.shape(tf.random.stateless_uniform([2], [1, 2]) < 1.0); tf.shape(tf.random.stateless_truncated_normal([2, 3], [1, 2]))
tf.shape(tf.random.stateless_categorical(x, 3, [1, 2])); tf.shape(tf.random.stateless_binomial([3], [1, 2], 5.0, 0.5))
tf.shape(tf.random.stateless_poisson([3], [1, 2], 5.0)); tf.shape(tf.random.gamma([2], 2.0)); tf.shape(tf.random.poisson([2], 3.0))
tf.sort(tf.random.experimental.stateless_shuffle(v, [1, 2])); tf.random.stateless_uniform([2, 3], [1, 2], 3, 4, tf.int32)
tf.nn.dropout(x, 0.5) * 0.0
# Quantization
tf.quantization.fake_quant_with_min_max_args(x, -2, 2); tf.quantization.fake_quant_with_min_max_vars(x, -2.0, 2.0)
tf.quantization.fake_quant_with_min_max_vars_per_channel(x, [-1., -2, -1, -1], [1., 2, 1, 3])
tf.quantization.quantize_and_dequantize_v2(x, -2.0, 2.0)
tf.quantization.dequantize(tf.quantization.quantize(x, -2.0, 2.0, tf.quint8)[0], -2.0, 2.0)
tf.cast(tf.bitcast(tf.quantization.quantize(x, -1.0, 2.5, tf.qint8)[0], tf.int8), tf.int32); tf.quantization.quantize(x, 0.1, 0.1, tf.quint8)[1:]
tf.bitcast(tf.quantization.quantize(x, -2.0, 1.0, tf.qint8, "SCALED", "HALF_TO_EVEN", narrow_range=True)[0], tf.int8)
tf.quantization.dequantize(tf.quantization.quantize(x, -2.0, 2.0, tf.qint8, "SCALED")[0], -2.0, 2.0, "SCALED")
tf.quantization.dequantize(tf.quantization.quantize(x, -2.0, 2.1, tf.quint8)[0], -2.0, 2.1, "MIN_FIRST")
tf.quantization.dequantize(tf.bitcast(i, tf.qint32), -2.0, 2.0); tf.quantization.dequantize(tf.bitcast(o, tf.quint8), 0.0, 6.0)
"""


# Operations that are refused, and named. One that is supported by now belongs above.
REFUSED = r"""
tf.nn.fractional_max_pool(im, [1.0, 1.5, 1.5, 1.0], True, True, 3)[0][:0]
tf.image.draw_bounding_boxes(im, [[[0.1, 0.1, 0.7, 0.8]], [[0., 0., 0.5, 0.5]]], [[1., 0, 0]]); tf.strings.unicode_script(k + 65)
tf.strings.format("{}", x)
tf.map_fn(lambda n: tf.range(n), k, fn_output_signature=tf.RaggedTensorSpec([None], tf.int32))
"""


def rows(table: str) -> list[str]:
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return [e for line in lines for e in line.split("; ")]
