"""Quantized layers: what model.quantize makes of a model, and what only dtype policies make."""

import keras
import numpy as np

from goldens import case, ints, randomize, text, write_keras
from cases.training import ADAM, MSE, numbers, run
from cases.formats import directory, json_and_shards, json_and_weights, legacy_h5

L, Q = keras.layers, keras.quantizers


def abs_max(**options):
    return Q.AbsMaxQuantizer(**options)


# What a name stands for, beside the plain mode.
CONFIGS = {
    "int8": lambda: Q.Int8QuantizationConfig(),
    "int8_weights_only": lambda: Q.Int8QuantizationConfig(activation_quantizer=None),
    "int8_ranges": lambda: Q.Int8QuantizationConfig(None, abs_max(value_range=(-63, 63), epsilon=1e-3)),
    "int4": lambda: Q.Int4QuantizationConfig(),
    "int4_blocks_of_2": lambda: Q.Int4QuantizationConfig(block_size=2),
    "int4_channels": lambda: Q.Int4QuantizationConfig(block_size=None),
    "int4_inputs": lambda: Q.Int4QuantizationConfig(block_size=-1, activation_quantizer=abs_max()),
    "float8": lambda: Q.Float8QuantizationConfig(),
}
EQUATIONS = [("abc,cd->abd", (None, 4), "d"), ("abc,cde->abde", (None, 2, 3), "de"), ("abc,dce->abde", (3, 2, 2), "ed"),
             ("abc,bd->adc", (2, 4), "d"), ("abc,c->abc", (3, 4), "c"), ("abc,bce->ae", 3, "e")]


def quantized(build, by: str, **options):
    """The model, with weights that show, quantized."""

    def made():
        model = build()
        randomize(model, 7)
        model.quantize(config=CONFIGS[by](), **options)
        return model

    return made


def products(dtype: str, equations=EQUATIONS):
    x, y = keras.Input((5,), name="x"), keras.Input((3, 4), name="y")
    outputs = [
        L.Dense(7, "relu", name="dense", dtype=dtype)(x),
        L.Dense(4, use_bias=False, name="dense.higher_rank", dtype=dtype)(y),
        *(L.EinsumDense(e, s, bias_axes=b, name=f"einsum{i}", dtype=dtype)(y) for i, (e, s, b) in enumerate(equations)),
    ]
    return keras.Model([x, y], outputs)


def tables(dtype: str):
    x = keras.Input((3,), dtype="int32", name="tokens")
    outputs = [L.Embedding(7, 5, name="embedding", dtype=dtype)(x)]
    for tied, cap in ((True, None), (False, 2.0)):
        e = L.ReversibleEmbedding(7, 5, tie_weights=tied, logit_soft_cap=cap, name=f"reversible_{text(tied)}", dtype=dtype)
        outputs += [e(x), e(e(x), reverse=True)]
    return keras.Model(x, outputs)


for by in CONFIGS:
    for dtype in ("float32", "mixed_bfloat16", "float64"):
        if dtype != "float64" or by in ("int8", "int4_blocks_of_2", "float8"):
            # Keras flattens a kernel to a matrix of the axis that is summed over and the others as they come.
            case("quantization", f"products_{by}_{dtype}", quantized(lambda d=dtype: products(d), by), randomize=False)
            if by != "float8":
                case("quantization", f"tables_{by}_{dtype}", quantized(lambda d=dtype: tables(d), by), [ints(7, 3)], randomize=False)


def filled(build):
    """A model whose layers are quantized from the start, with numbers as GPTQ and AWQ would find them."""

    def made():
        model, rng = build(), np.random.default_rng(3)
        for v in model.weights:
            if v.name == "g_idx":
                scale = next(w for w in model.weights if w.path == v.path.replace("g_idx", "kernel_scale"))
                v.assign(np.sort(rng.integers(0, scale.shape[1], v.shape)))
            elif "int8" in v.dtype:
                high = 16 if v.name in ("kernel_zero", "zero_point") and v.dtype == "uint8" else 256 if v.dtype == "uint8" else 128
                v.assign(rng.integers(0 if v.dtype == "uint8" else -128, high, v.shape).astype(v.dtype))
            elif "scale" in v.name:
                v.assign(rng.uniform(0.05, 0.1, v.shape) if "awq_scales" != v.name else rng.uniform(0.5, 2, v.shape))
            else:
                v.assign(rng.normal(0, 0.4, v.shape))
        return model

    return made


def by_policy(policy: str):
    def build():
        x, y = keras.Input((5,), name="x"), keras.Input((3, 4), name="y")
        return keras.Model([x, y], [
            L.Dense(7, "relu", dtype=policy, name="dense")(x), L.Dense(4, use_bias=False, dtype=policy, name="dense.higher_rank")(y),
            L.EinsumDense("abc,cd->abd", (None, 6), bias_axes="d", dtype=policy, name="matrix")(y),
            L.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de", dtype=policy, name="queries")(y),
            L.EinsumDense("abc,bce->ae", 5, dtype=policy, name="output")(y)])

    return filled(build)


def with_zero_points(model, folder):
    """Keras 3.15.1 leaves GPTQ's and AWQ's zero points out of the file, and then cannot read it; other versions write them in this place."""
    before = {c: c._get_kernel_with_merged_lora for c in (L.Dense, L.EinsumDense)}
    for c in before:
        c._get_kernel_with_merged_lora = lambda layer: (None, None, layer.kernel_zero)
    try:
        return write_keras(model, folder)
    finally:
        for c, own in before.items():
            c._get_kernel_with_merged_lora = own


for policy in ("gptq/4/2", "gptq/4/-1", "gptq/8/2", "gptq/2/3", "awq/4/2", "awq/4/-1"):
    for source in ("float32", "mixed_bfloat16"):
        case("quantization", f"{policy.replace('/', '_')}_{source}", by_policy(f"{policy}_from_{source}"), write=with_zero_points, randomize=False)


def attention():
    """Keras saves an attention layer's quantized parts only where a map of policies says so."""
    P = keras.dtype_policies
    plain = P.DTypePolicy("float32")
    policies = P.DTypePolicyMap("int8_from_float32", {
        "heads": plain, "heads/softmax": plain, "heads/value": P.get("int4/2_from_float32"), "heads/(attention_output|gate)": P.get("int4/-1_from_float32")})
    x = keras.Input((4, 6), name="x")
    return keras.Model(x, L.MultiHeadAttention(2, 3, name="heads", dtype=policies)(x, x))


def signed(build):
    def made():
        model, rng = build(), np.random.default_rng(4)
        for v in model.weights:
            if v.dtype == "int8":
                v.assign(rng.integers(-128 if v.name != "kernel_zero" else -8, 128 if v.name != "kernel_zero" else 8, v.shape).astype("int8"))
            elif v.name == "kernel_scale":
                v.assign(rng.uniform(0.05, 0.1, v.shape) if v.shape[0] == 3 else rng.uniform(20, 50, v.shape))
            elif v.name != "g_idx":
                v.assign(rng.normal(0, 0.4, v.shape))
        return model

    return made


case("quantization", "attention_by_map", signed(attention), randomize=False)


def nested():
    i = keras.Input((4,))
    inner = keras.Model(i, L.Dense(3, name="inside")(i), name="inner")
    shared = L.Dense(3, "tanh", name="shared")
    x = keras.Input((4,), name="x")
    return keras.Model(x, L.Add()([L.Dense(5, name="left_plain")(shared(inner(x))), L.Dense(5)(shared(shared(L.Dense(3)(x))))]))


case("quantization", "filtered", quantized(nested, "int8", filters="^(?!left)"), randomize=False)


def small():
    return keras.Sequential([keras.Input((3,), dtype="int32", name="tokens"), L.Embedding(5, 4), L.Dense(3, "relu"),
                             L.EinsumDense("abc,bcd->ad", 2, bias_axes="d"), L.Dense(2, use_bias=False)])


for write in (legacy_h5, json_and_weights, json_and_shards, directory):
    for by in ("int8", "int4_blocks_of_2"):
        case("quantization", f"{write.__name__}_{by}", quantized(small, by), [ints(5, 3)], write, randomize=False)


def adapted():
    model = quantized(small, "int8")()
    for layer in model.layers[:3]:
        layer.enable_lora(2)
    randomize(model, 5)
    return model


case("quantization", "adapted", adapted, [ints(5, 3)], randomize=False)


def net():
    return keras.Sequential([keras.Input((4, 3)), L.Dense(5, "tanh"), L.LayerNormalization(), L.EinsumDense("abc,bcd->ad", 6, bias_axes="d", activation="tanh"),
                             L.Dense(2)])


# A few trained layers below the quantized ones: gradients pass through these.
for by in ("int8", "int8_weights_only", "int4_blocks_of_2", "int4_inputs"):
    run(f"quantized.{by}", quantized(lambda: keras.Sequential([keras.Input((4, 3)), L.Dense(3, "tanh", name="below"), *net().layers]), by, filters="^(?!below)"),
        numbers(4, 3), numbers(2), ADAM, MSE)
run("quantized.float8", quantized(net, "float8"), numbers(4, 3), numbers(2), ADAM, MSE)
run("quantized.float8_short_history", lambda: keras.Sequential([
    keras.Input((6,)), L.Dense(5, "tanh", dtype=keras.dtype_policies.QuantizedFloat8DTypePolicy("float8", "float32", amax_history_length=4)), L.Dense(2)]),
    numbers(6), numbers(2), ADAM, MSE)
run("mixed_quantized.float8", lambda: keras.Sequential([
    keras.Input((6,)), L.Dense(5, "tanh", dtype="float8_from_mixed_bfloat16"), L.Dense(2)]), numbers(6), numbers(2), ADAM, MSE)
