"""Core, activation, normalization, merging, reshaping and regularization layers, and dtype policies."""

import keras

from goldens import In, case, fresh, ints, layer, product

L = keras.layers
LAST_FIRST = ["channels_last", "channels_first"]
ACTIVATIONS = ("celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear "
               "log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign "
               "sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink").split()  # "threshold" needs arguments, so Keras cannot call it either

# --------------------------------------------------------------------------------------------------------------- core

for dtype in ("float32", "float64", "float16", "bfloat16", "int8", "uint8", "int32", "int64", "bool"):
    kind = "flags" if dtype == "bool" else "ints" if "int" in dtype else "normal"
    spec = In((3,), dtype, kind, 100)
    case("input_layer", dtype, lambda s=spec: keras.Model(i := s.tensor(), L.Identity(dtype=s.dtype if "float" in s.dtype else None)(i)), [spec])
case("input_layer", "batch_shape", lambda: keras.Model(
    i := keras.Input(batch_shape=(2, 3), name="fixed"), L.Dense(2)(i)))
case("input_layer", "unknown_sizes", lambda: keras.Model(
    i := keras.Input((None, 3), name="open"), L.Dense(2)(i)), [In((None, 3))])
case("input_layer", "names_with_signs", lambda: keras.Model(
    i := keras.Input((3,), name="my input:0"), L.Dense(2, name="dense.1-a")(i)))

layer("Dense", product(units=[1, 3], activation=[None, "relu", "softmax"], use_bias=[True, False]), In((4,)))
layer("Dense", product(use_bias=[True, False]), lambda **o: In((2, 3, 4)), units=5, name="higher_rank")
layer("Dense", product(bias_initializer=["ones"], kernel_regularizer=["l2"], kernel_constraint=["max_norm"],
                       activity_regularizer=["l1"]), In((4,)), units=2, name="regularized")
layer("EinsumDense", [
    {"equation": "ab,bc->ac", "output_shape": 5, "bias_axes": "c"},
    {"equation": "ab,bc->ac", "output_shape": 5, "bias_axes": None, "activation": "relu"},
], In((4,)), name="matrix")
layer("EinsumDense", [
    {"equation": "abc,cd->abd", "output_shape": (None, 5), "bias_axes": "d"},
    {"equation": "...x,xy->...y", "output_shape": 5, "bias_axes": "y", "activation": "tanh"},
    {"equation": "abc,cde->abde", "output_shape": (None, 2, 3), "bias_axes": "de"},
    {"equation": "abc,bd->adc", "output_shape": (2, 4), "bias_axes": "d"},
    {"equation": "abc,bce->ae", "output_shape": 3, "bias_axes": "e"},
    {"equation": "abc,dce->abde", "output_shape": (3, 2, 2), "bias_axes": None},
    {"equation": "abc,dce->abde", "output_shape": (3, 2, 2), "bias_axes": "ed"},
], In((3, 4)), name="higher_rank")
layer("Embedding", product(input_dim=[7], output_dim=[1, 4], mask_zero=[False]), ints(7, 5))
layer("Embedding", [{}], ints(7), input_dim=7, output_dim=3, name="scalar_tokens")
layer("Embedding", [{}], ints(7, 2, 3, dtype="int64"), input_dim=7, output_dim=3, name="matrix_of_tokens")
layer("Embedding", [{}], In((5,), "float32", "ints", 7), input_dim=7, output_dim=3, name="float_tokens")
layer(lambda name, returns: keras.Sequential([L.Embedding(7, 3, mask_zero=True), L.LSTM(2, return_sequences=returns)],
                                             name=name),
      product(returns=[False, True]), In((5,), "int32", "tokens", 7), group="embedding", name="mask_zero")
layer("ReversibleEmbedding", product(tie_weights=[True, False], logit_soft_cap=[None, 2.0]), ints(7, 5), input_dim=7,
      output_dim=3, call=lambda e, xs: [e(xs[0]), e(e(xs[0]), reverse=True)])
layer(lambda name, mask_value: keras.Sequential([L.Masking(mask_value), L.LSTM(2)], name=name),
      product(mask_value=[0.0, 1.0]), In((5, 3), kind="steps"), group="masking")
layer("Masking", product(mask_value=[0.0, 1.0]), In((5, 3), kind="steps"), name="alone")
layer("Identity", [{}], In((3, 2)))
layer("Lambda", [{"function": keras.activations.relu}, {"function": keras.activations.softmax},
                 {"function": keras.activations.relu, "arguments": {"negative_slope": 0.2, "max_value": 1.0}},
                 {"function": keras.activations.elu, "arguments": {"alpha": 0.5}}], In((3, 2)))
layer("Dense", [{"kernel_initializer": keras.initializers.HeNormal(keras.random.SeedGenerator(5))}], units=2, name="seed_generator")

# -------------------------------------------------------------------------------------------------------- activations

layer("Activation", [{"activation": a} for a in ACTIVATIONS if a != "glu"], In((3, 6)), per_model=11)
layer("Activation", [{"activation": a} for a in ACTIVATIONS], In((6,)), name="rank_2", per_model=11)
layer("Dense", [{"activation": a} for a in ACTIVATIONS if a != "glu"], In((3,)), units=4, name="activations", per_model=11)
layer("ELU", product(alpha=[1.0, 0.3]), In((5,)))
layer("LeakyReLU", product(negative_slope=[0.3, 0.0, 0.1]), In((5,)))
layer("PReLU", product(shared_axes=[None, [1], [1, 2]]), In((3, 4, 2)))
layer("ReLU", product(max_value=[None, 1.0, 6.0], negative_slope=[0.0, 0.2], threshold=[0.0, 0.3]), In((6,)))
layer("Softmax", product(axis=[-1, 1, 2, [1, 2], (-1, -2)]), In((3, 4)))
layer("Softmax", product(axis=[-1, [1, 2]]), lambda **o: [In((3, 4)), In((3, 4), "bool", "mask")], name="masked",
      call=lambda soft, xs: soft(xs[0], mask=xs[1]))

# ------------------------------------------------------------------------------------------------------ normalization

layer("BatchNormalization", product(axis=[-1, 1, 2], center=[True, False], scale=[True, False], epsilon=[0.001, 0.1]),
      In((3, 4, 2)))
layer("BatchNormalization", product(center=[True, False]), In((4,)), name="rank_2")
layer("BatchNormalization", [{"synchronized": True}, {"momentum": 0.5}], In((2, 3, 2, 4)), name="more")
layer("BatchNormalization", [{"renorm": True}, {"renorm": True, "renorm_clipping": {"rmax": 3.0, "rmin": 0.3, "dmax": 5.0}}],
      In((3, 4)), name="renorm")
layer("BatchNormalization", [{}, {"scale": False}], In((5, 3), kind="steps"), name="masked",
      call=lambda norm, xs: L.LSTM(2, name=norm.name + ".lstm")(norm(L.Masking()(xs[0]))))
layer("LayerNormalization", product(axis=[-1, 1, [1, 2], (2, 3)], center=[True, False], scale=[True, False],
                                    epsilon=[0.001, 0.1]), In((3, 4, 2)), sample=20)
layer("GroupNormalization", product(groups=[1, 2, 4, -1], axis=[-1, 1], center=[True, False], scale=[True, False],
                                    epsilon=[0.001, 0.1]), In((4, 3, 4)), sample=24)
layer("RMSNormalization", product(axis=[-1, 2, (1, 2)], epsilon=[1e-6, 0.1]), In((3, 4)))
layer("UnitNormalization", product(axis=[-1, 1, [1, 2]]), In((3, 4)))
layer("SpectralNormalization", [{"layer": fresh(lambda: L.Dense(3, name="inner")), "power_iterations": n} for n in (1, 3)],
      In((5, 4, 3)))
layer("SpectralNormalization", [{"layer": fresh(lambda: L.Conv2D(2, 2, name="inner"))}], In((5, 4, 3)), name="conv")

# ------------------------------------------------------------------------------------------------------------ merging

SAME = lambda n: [In((3, 4), name=f"x{i}") for i in range(n)]
BROADCAST = [In((3, 4), name="full"), In((1, 4), name="row"), In((3, 1), name="column")]
for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    counts = (2,) if kind == "Subtract" else (2, 3, 4)
    for n in counts:
        layer(kind, [{}], SAME(n), name=f"{n}_inputs")
    layer(kind, [{}], BROADCAST[:2], name="broadcast")
    layer(kind, [{}], [In((3, 4), name="matrix"), In((4,), name="vector")], name="different_rank")
layer("Add", [{}], BROADCAST, name="broadcast_3")
layer("Concatenate", product(axis=[-1, 1, 2]), SAME(3))
layer("Concatenate", product(axis=[1]), [In((2, 3), name="short"), In((4, 3), name="long")], name="different_sizes")
layer("Dot", product(axes=[1, 2, (1, 1), (2, 2), -1], normalize=[False, True]), SAME(2))
layer("Dot", product(axes=[(1, 2), (2, 1)], normalize=[False, True]),
      [In((3, 4), name="left"), In((4, 3), name="right")], name="crossed")
layer("Dot", product(axes=[1], normalize=[False, True]), [In((4,), name="left"), In((4,), name="right")], name="vectors")
for kind in ("Add", "Multiply", "Average", "Maximum", "Concatenate"):
    def masked(kind=kind):
        a, b = (keras.Input((5, 3), name=n) for n in "ab")
        merged = getattr(L, kind)()([L.Masking()(a), L.Masking()(b)])
        return keras.Model([a, b], L.LSTM(2)(merged))
    case(kind.lower(), "masked", masked, [In((5, 3), kind="steps"), In((5, 3), kind="steps")])

# ---------------------------------------------------------------------------------------------------------- reshaping

layer("Flatten", product(data_format=LAST_FIRST), lambda **o: In((2, 3, 4)))
layer("Flatten", [{}], In((4,)), name="already_flat")
layer("Reshape", product(target_shape=[(12, 2), (-1, 3), (24,), (2, -1, 2), (-1,)]), In((2, 3, 4)))
layer("Permute", product(dims=[(2, 1, 3), (3, 1, 2), (1, 3, 2), (3, 2, 1)]), In((2, 3, 4)))
layer("RepeatVector", product(n=[1, 4]), In((3,)))
layer("ZeroPadding1D", product(padding=[1, (2, 0), (1, 2)], data_format=LAST_FIRST), In((4, 2)))
layer("ZeroPadding2D", product(padding=[1, (2, 1), ((1, 0), (0, 2))], data_format=LAST_FIRST), In((3, 4, 2)))
layer("ZeroPadding3D", product(padding=[1, (1, 2, 0), ((1, 0), (0, 2), (1, 1))], data_format=LAST_FIRST),
      In((2, 3, 2, 2)))
layer("Cropping1D", product(cropping=[1, (2, 0), (1, 2)]), In((6, 2)))
layer("Cropping2D", product(cropping=[1, (2, 1), ((1, 0), (0, 2))], data_format=LAST_FIRST), In((5, 6, 2)))
layer("Cropping3D", product(cropping=[1, (1, 2, 0), ((1, 0), (0, 2), (1, 1))], data_format=LAST_FIRST),
      In((4, 5, 4, 2)))
layer("UpSampling1D", product(size=[1, 2, 3]), In((3, 2)))
layer("UpSampling2D", product(size=[2, (3, 1)], interpolation=["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"],
                              data_format=LAST_FIRST), In((3, 4, 2)))
layer("UpSampling3D", product(size=[2, (1, 2, 3)], data_format=LAST_FIRST), In((2, 3, 2, 2)))

# ----------------------------------------------------------------------- regularization: the identity when predicting

for kind, shape, options in [
    ("Dropout", (3, 4), product(rate=[0.0, 0.5], noise_shape=[None])),
    ("SpatialDropout1D", (3, 4), product(rate=[0.5])),
    ("SpatialDropout2D", (3, 4, 2), product(rate=[0.5], data_format=LAST_FIRST)),
    ("SpatialDropout3D", (2, 3, 2, 2), product(rate=[0.5], data_format=LAST_FIRST)),
    ("GaussianDropout", (3, 4), product(rate=[0.5])),
    ("GaussianNoise", (3, 4), product(stddev=[0.5])),
    ("AlphaDropout", (3, 4), product(rate=[0.5])),
    ("ActivityRegularization", (3, 4), product(l1=[0.1], l2=[0.2])),
]:
    layer(kind, options, In(shape))
layer("Dropout", [{"noise_shape": (None, 1, 4), "seed": 3}], In((3, 4)), rate=0.5, name="noise_shape")

# ------------------------------------------------------------------------------------------------------ dtype policies

POLICIES = ["mixed_float16", "float16", "bfloat16", "mixed_bfloat16", "float64"]
for kind, shape, options in [
    ("Dense", (4,), {"units": 3, "activation": "tanh"}),
    ("Conv2D", (4, 5, 2), {"filters": 3, "kernel_size": 2}),
    ("DepthwiseConv2D", (4, 5, 2), {"kernel_size": 2}),
    ("BatchNormalization", (3, 4), {}),
    ("LayerNormalization", (3, 4), {}),
    ("LSTM", (4, 3), {"units": 2, "recurrent_initializer": "zeros"}),
    ("GRU", (4, 3), {"units": 2, "recurrent_initializer": "zeros"}),
    ("SimpleRNN", (4, 3), {"units": 2, "return_sequences": True, "recurrent_initializer": "zeros"}),
    ("Softmax", (4,), {}),
    ("AveragePooling2D", (4, 5, 2), {"pool_size": 2}),
    ("GlobalAveragePooling1D", (4, 2), {}),
    ("Activation", (4,), {"activation": "gelu"}),
    ("Rescaling", (4,), {"scale": 0.1, "offset": 1.0}),
    ("PReLU", (4,), {}),
]:
    layer(kind, product(dtype=POLICIES), In(shape), group="dtype_policy", name=kind.lower(), **options)
layer("Embedding", product(dtype=POLICIES), ints(7, 4), group="dtype_policy", name="embedding", input_dim=7, output_dim=3)
layer("MultiHeadAttention", product(dtype=POLICIES), In((3, 4)), group="dtype_policy", name="multi_head_attention",
      num_heads=2, key_dim=2, call=lambda mha, xs: mha(xs[0], xs[0]))


def globally(policy):
    def build():
        keras.config.set_dtype_policy(policy)
        try:
            x = keras.Input((6, 6, 2), name="image")
            y = L.ReLU()(L.BatchNormalization()(L.Conv2D(3, 3)(x)))
            y = L.Dense(3)(L.GlobalAveragePooling2D()(y))
            return keras.Model(x, L.Activation("softmax", dtype="float32")(y))
        finally:
            keras.config.set_dtype_policy("float32")
    return build


for policy in POLICIES:
    case("dtype_policy", f"model_{policy}", globally(policy), [In((6, 6, 2), "float64" if policy == "float64" else "float32")]
         if policy != "bfloat16" and policy != "float16" else [In((6, 6, 2), policy)])

# --------------------------------------------------------------------- layers that only Keras' own applications have

from keras.src.applications.convnext import LayerScale, StochasticDepth  # noqa: E402
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer  # noqa: E402

case("applications", "layer_scale", lambda: keras.Model(i := keras.Input((3, 4)), StochasticDepth(0.3)(LayerScale(0.1, 4)(i))))
case("applications", "custom_scale", lambda: keras.Model(
    [a := keras.Input((3,), name="a"), b := keras.Input((3,), name="b")], CustomScaleLayer(0.2)([a, b])))
