"""Compares Argali with real Keras on one layer at a time, each with random options of its constructor, on random shapes.

    option_check.py                        makes 400 models, predicts and trains with bin/argali, compares
    option_check.py --count 50 --seed 7    others
    option_check.py --count 50 LSTM GRU    of these layers only
    option_check.py --make DIR             only makes the models, their data, and DIR/predict.tsv and DIR/train.tsv
    option_check.py --compare DIR          only compares what stands in DIR

Every layer of keras.layers that holds no foreign code is among them. Any value of any argument may meet any other; what
Keras itself refuses is drawn again. Each model is written in one of Keras' formats. Where a model can learn, it also
trains for a few steps with random loss, optimizer and metrics, unshuffled.
"""

import collections
import inspect
import json
import re
import sys
from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

from live_check import difference

# A part of the value, and of the largest value: sums are taken in another order. Half precision rounds each step's result.
TOLERANCES = {"float32": (1e-4, 1e-5), "mixed_float16": (2e-2, 4e-3), "mixed_bfloat16": (6e-2, 3e-2), "float64": (1e-4, 1e-5)}
# Steps multiply what rounding left.
TRAINED = 1e-3

# What holds Python objects of the user, takes no numbers, or cannot be saved.
LEFT_OUT = {"FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper", "Layer", "Wrapper", "InputLayer", "Pipeline", "Lambda",
            "MaxNumBoundingBoxes", "RandomCrop"}

ACTIVATIONS = ["celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu",
               "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax",
               "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh", "tanh_shrink", "threshold", None]
FLAG = [True, False]
RATES = [0.0, 0.3]
WEIGHT_ARGUMENTS = ("_initializer", "_regularizer", "_constraint")


class Draw:
    """Random values for the arguments of a layer's constructor."""

    def __init__(self, rng, kind: str, rank: int):
        self.rng, self.kind, self.rank = rng, kind, rank
        found = re.search(r"(\d)D", kind)
        self.spatial = int(found[1]) if found else 0

    def pick(self, options):
        return options[int(self.rng.integers(len(options)))]

    def number(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def per_axis(self, options):
        if self.rng.random() < 0.5 or self.spatial == 0:
            return self.pick(options)
        return tuple(self.pick(options) for _ in range(self.spatial))

    def borders(self, options):
        """Padding and cropping: one number, one per axis, or a pair per axis."""
        if self.spatial == 1:
            return self.pick([self.pick(options), (self.pick(options), self.pick(options))])
        return self.pick([self.pick(options), tuple(self.pick(options) for _ in range(self.spatial)),
                          tuple((self.pick(options), self.pick(options)) for _ in range(self.spatial))])

    def axes(self):
        axes = list(range(1, self.rank))
        chosen = self.pick([-1, self.pick(axes), sorted(self.rng.permutation(axes)[:self.number(1, len(axes))].tolist())])
        return tuple(chosen) if isinstance(chosen, list) else chosen

    def regularizer(self):
        from keras import regularizers as r

        return self.pick([None, "l2", r.L1(0.02), r.L1L2(0.01, 0.02), r.L2(0.03)])

    def constraint(self):
        from keras import constraints as c

        return self.pick([None, "non_neg", c.MaxNorm(0.8), c.UnitNorm(), c.MinMaxNorm(0.3, 0.9, 0.7)])

    def layer(self):
        from keras import layers as L

        n = self.number(1, 4)
        match self.kind:
            case "TimeDistributed":
                own = {3: [lambda: L.Dense(n, self.pick(ACTIVATIONS[:2])), lambda: L.LayerNormalization(), lambda: L.Reshape((-1, 1)),
                           lambda: L.BatchNormalization()],
                       4: [lambda: L.LSTM(n), lambda: L.Conv1D(n, 2), lambda: L.GlobalMaxPooling1D(), lambda: L.Flatten(), lambda: L.Bidirectional(L.GRU(n))],
                       5: [lambda: L.Conv2D(n, 2, padding="same"), lambda: L.MaxPooling2D(2), lambda: L.Flatten(), lambda: L.DepthwiseConv2D(2)]}
                return self.pick(own[self.rank])()
            case "SpectralNormalization":
                return {2: lambda: L.Dense(n), 3: lambda: L.Conv1D(n, 2), 4: lambda: L.Conv2D(n, 2)}[self.rank]()
            case "Bidirectional":
                kind = self.pick(["LSTM", "GRU", "SimpleRNN"] if self.rank == 3 else ["ConvLSTM2D"])
                if kind == "ConvLSTM2D":
                    return L.ConvLSTM2D(n, self.number(1, 2), padding="same", return_sequences=self.pick(FLAG), go_backwards=self.pick(FLAG))
                options = dict(return_sequences=self.pick(FLAG), return_state=self.pick(FLAG), go_backwards=self.pick(FLAG), stateful=False, use_bias=self.pick(FLAG))
                return getattr(L, kind)(n, **options)

    def cell(self):
        from keras import layers as L

        n = self.number(1, 4)
        one = lambda: self.pick([lambda: L.LSTMCell(n), lambda: L.GRUCell(n, reset_after=self.pick(FLAG)), lambda: L.SimpleRNNCell(n, activation="relu")])()
        return self.pick([one, lambda: [one(), one()], lambda: L.StackedRNNCells([one(), one()])])()

    def value(self, name: str, default):
        """A value for an argument of this name; KeyError where the table has none."""
        kind, k = self.kind, self.spatial
        if name.endswith("_regularizer"):
            return self.regularizer()
        if name.endswith("_constraint"):
            return self.constraint()
        if name.endswith("_initializer"):
            return self.pick(["ones", "zeros", "glorot_uniform", "he_normal", "random_normal"]) if default != "orthogonal" else "orthogonal"
        if "Random" in kind or kind in ("AugMix", "RandAugment", "CutMix", "MixUp", "Solarization"):
            raise KeyError(name)  # augmentation does nothing when predicting
        match name:
            case "units" | "filters" | "output_dim":
                return self.number(1, 6)
            case "kernel_size":
                return self.per_axis([1, 2, 3])
            case "strides":
                return self.per_axis([1, 2, 3]) if "Pool" not in kind else self.pick([None, self.per_axis([1, 2, 3])])
            case "dilation_rate":
                return self.pick([1, 1, self.per_axis([1, 2])])
            case "padding" if kind.startswith("ZeroPadding"):
                return self.borders([0, 1, 2])
            case "padding":
                return self.pick(["valid", "same", "causal"] if kind == "Conv1D" else ["valid", "same"])
            case "cropping":
                return self.borders([0, 1])
            case "groups":
                return self.pick([1, 1, 2]) if "Conv" in kind else self.pick([1, 2, -1])
            case "output_padding":
                return self.pick([None, None, self.per_axis([0, 1])])
            case "output_size":
                return self.per_axis([1, 2, 3])
            case "pool_size" | "size":
                return self.per_axis([1, 2, 3])
            case "data_format" if kind in ("Resizing", "CenterCrop", "STFTSpectrogram", "UpSampling2D") or k or "Flatten" == kind:
                return self.pick([None, "channels_last", "channels_first"])
            case "depth_multiplier" | "power_iterations" | "n":
                return self.number(1, 3)
            case "activation" | "recurrent_activation":
                return self.pick(ACTIVATIONS)
            case "scale" if kind == "Rescaling":
                return self.pick([0.5, 2.0, 1 / 255])
            case ("use_bias" | "center" | "scale" | "keepdims" | "return_sequences" | "return_state" | "go_backwards" | "unroll" | "reset_after"
                  | "unit_forget_bias" | "use_scale" | "use_gate" | "mask_zero" | "normalize" | "renorm" | "tie_weights" | "crop_to_aspect_ratio"
                  | "antialias" | "power_to_db" | "periodic" | "zero_output_for_mask" | "stateful" | "sparse" | "pad_to_max_tokens" | "invert"):
                return self.pick(FLAG) if name not in ("stateful", "sparse") else False
            case "offset" | "negative_slope" | "threshold" | "alpha" | "stddev":
                return self.pick([0.5, 2.0, 0.1])
            case "max_value":
                return self.pick([None, 1.0, 6.0])
            case "rate" | "dropout" | "recurrent_dropout":
                return self.pick(RATES)
            case "l1" | "l2":
                return self.pick([0.0, 0.01])
            case "axis" if kind in ("BatchNormalization", "GroupNormalization", "Concatenate"):
                return self.pick([-1, self.number(1, self.rank - 1)])
            case "axis":
                return self.axes()
            case "axes":
                return self.pick([-1, self.number(1, self.rank - 1)])
            case "momentum" | "renorm_momentum":
                return self.pick([0.9, 0.5, 0.99])
            case "epsilon":
                return self.pick([1e-3, 0.1, 1e-6])
            case "merge_mode":
                return self.pick(["sum", "mul", "concat", "ave", None])
            case "layer":
                return self.layer()
            case "cell":
                return self.cell()
            case "dims":
                return tuple(int(i) + 1 for i in self.rng.permutation(self.rank - 1))
            case "shared_axes":
                return self.pick([None, [1], list(range(1, self.rank - 1)) or None])
            case "interpolation":
                return self.pick(["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
            case "height" | "width":
                return self.number(1, 7)
            case "num_heads" | "head_dim" | "num_key_value_heads":
                return self.number(1, 3)
            case "num_query_heads":
                return self.number(1, 6)
            case "key_dim":
                return self.number(1, 5)
            case "value_dim" | "output_shape" if kind == "MultiHeadAttention":
                return self.pick([None, self.number(1, 4)])
            case "attention_axes":
                return self.pick([None, None, (1,)]) if self.rank == 3 else self.pick([None, (1,), (2,), (1, 2)])
            case "sliding_window":
                return self.pick([None, 2])
            case "score_mode":
                return self.pick(["dot", "concat"])
            case "fill_mode" if kind == "Resizing":
                return "constant"
            case "fill_value":
                return self.pick([0.0, 0.7])
            case "pad_to_aspect_ratio":
                return self.pick(FLAG)
            case "input_dim":
                return 12
            case "logit_soft_cap":
                return self.pick([None, 2.0])
            case "num_bins":
                return self.number(1, 8)
            case "bin_boundaries":
                return sorted(self.rng.normal(size=self.number(1, 5)).round(2).tolist())
            case "salt":
                return self.pick([None, 7, [3, 5]])
            case "num_tokens":
                return 12
            case "output_mode" if kind in ("CategoryEncoding",):
                return self.pick(["multi_hot", "one_hot", "count"])
            case "output_mode":
                return self.pick(["int", "one_hot", "multi_hot", "count"] if kind not in ("Hashing", "HashedCrossing") else ["int", "one_hot"])
            case "mean" | "variance":
                return float(self.rng.uniform(0.5, 2))
            case "mask_value":
                return self.pick([0.0, 1.0]) if kind == "Masking" else self.pick([None, 3])
            case "noise_shape":
                return None
            case "max_tokens":
                return self.pick([None, 20])
            case "num_oov_indices":
                return self.pick([0, 1, 3])
            case "mask_token":
                return self.pick([None, self.entry(0)])
            case "oov_token":
                return default
            case "vocabulary":
                return [self.entry(i) for i in range(1, self.number(2, 7))]
            case "standardize":
                return self.pick([None, "lower", "strip_punctuation", "lower_and_strip_punctuation"])
            case "split":
                return self.pick([None, "whitespace", "character"])
            case "ngrams":
                return self.pick([None, 2, (1, 3)])
            case "output_sequence_length":
                return self.pick([None, 4])
            case "frame_length" | "sequence_length":
                return self.pick([8, 16])
            case "frame_step" | "sequence_stride":
                return self.pick([4, 8])
            case "fft_length":
                return self.pick([16, 32])
            case "window":
                return self.pick(["hann", "hamming", None])
            case "scaling":
                return self.pick(["density", "spectrum", None])
            case "mode":
                return self.pick(["log", "magnitude", "psd", "real", "imag", "angle", "stft"])
            case "num_mel_bins":
                return self.number(2, 6)
            case "sampling_rate":
                return self.pick([100, 400])
            case "expand_dims":
                return self.pick(FLAG)
            case "factor" | "clip_limit" | "bins":
                return default
            case "value_range":
                return self.pick([(0, 255), (0, 1)])
        raise KeyError(name)

    def entry(self, i: int):
        return i + 3 if self.kind == "IntegerLookup" else ["", "cat", "dog", "emu", "fox", "gnu", "hen", "ibis"][i]


EQUATIONS = {2: ["ab,bc->ac", "ab,b->ab", "ab,bcd->acd"], 3: ["abc,cd->abd", "abc,bd->acd", "abc,cde->abde", "abc,bcd->ad", "...x,xy->...y"],
             4: ["abcd,de->abce", "abcd,cde->abe", "abcd,cd->abcd", "...x,xy->...y"]}
# Ranks of the input with the batch; by default from the name (1D, 2D, 3D).
RANKS = {"Dense": [2, 3, 4], "EinsumDense": [2, 3, 4], "Embedding": [2, 3], "ReversibleEmbedding": [2], "LSTM": [3], "GRU": [3], "SimpleRNN": [3], "RNN": [3],
         "Bidirectional": [3, 3, 5], "TimeDistributed": [3, 4, 5], "SpectralNormalization": [2, 3, 4], "RepeatVector": [2], "CategoryEncoding": [2], "MultiHeadAttention": [3, 3, 4],
         "GroupQueryAttention": [3], "Attention": [3], "AdditiveAttention": [3], "Resizing": [4], "CenterCrop": [4], "TextVectorization": [2],
         "MelSpectrogram": [2], "STFTSpectrogram": [2, 3], "Masking": [3], "BatchNormalization": [2, 3, 4, 5], "GroupNormalization": [3, 4], "HashedCrossing": [2],
         "Dot": [2, 3], "Discretization": [2, 3], "UpSampling1D": [3]}
WHOLE_NUMBERS = {"Embedding", "ReversibleEmbedding", "CategoryEncoding", "IntegerLookup"}
TEXT = {"StringLookup", "TextVectorization"}
SEVERAL = {"Add": (2, 4), "Subtract": (2, 2), "Multiply": (2, 3), "Average": (2, 3), "Maximum": (2, 3), "Minimum": (2, 3), "Concatenate": (2, 3), "Dot": (2, 2),
           "HashedCrossing": (2, 3)}
IMAGES = ("Random", "Aug", "RandAugment", "AutoContrast", "Equalization", "Solarization", "CutMix", "MixUp", "ContrastLimited")
CELLS = {"LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells"}


def layers(keras) -> list[str]:
    """Their own names, without the aliases."""
    found = {n: c for n, c in vars(keras.layers).items() if inspect.isclass(c) and issubclass(c, keras.layers.Layer)}
    return sorted(n for n, c in found.items() if c.__name__ == n and n not in LEFT_OUT | CELLS)


def single(keras, rng, kind: str):
    """A model of one layer with random options, and its inputs. Raises what Keras raises."""
    image = kind.startswith(IMAGES)
    rank = int(rng.choice(RANKS.get(kind) or ([4] if image else None) or ranks_of(kind)))
    draw = Draw(rng, kind, rank)
    c = getattr(keras.layers, kind)
    shape = tuple(draw.number(*((6, 9) if rank < 5 else (4, 5))) if i < rank - 2 else draw.number(1, 6) for i in range(rank - 1))
    if image:
        shape = (*shape[:-1], 3)
    if kind in ("MelSpectrogram", "STFTSpectrogram"):
        shape = (40, *shape[1:]) if rank == 3 else (40,)
    options = {}
    if kind == "EinsumDense":
        equation = draw.pick(EQUATIONS[rank])
        given, output = equation.split(",")[0], equation.split("->")[1]
        sizes = dict(zip(given, (None, *shape)))
        options = {"equation": equation, "output_shape": (None,) * (rank - 2) + (3,) if "..." in output else tuple(sizes.get(letter, 3) for letter in output[1:]),
                   "bias_axes": draw.pick([None, output[-1], output.replace(".", "")[1:] or output[-1]])}
    if kind == "Reshape":
        size = int(np.prod(shape))
        options["target_shape"] = draw.pick([(-1,), (size,), (1, -1), (shape[-1], -1), (-1, shape[0])])
    parameters = list(inspect.signature(c.__init__).parameters.values())
    for p in parameters[1:]:
        if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) or p.name in options or p.name in ("name", "dtype", "seed", "weights", "quantization_config", "lora_rank", "lora_alpha", "use_cudnn", "flash_attention", "arguments"):
            continue
        try:
            often = 0.15 if p.name.endswith(WEIGHT_ARGUMENTS) else 0.6
            if p.default is p.empty or rng.random() < often or p.name == "vocabulary":
                options[p.name] = draw.value(p.name, p.default)
        except KeyError:
            if p.default is p.empty:
                options[p.name] = {"factor": 0.2, "height_factor": 0.1, "width_factor": 0.1}[p.name]
    policy = draw.pick(["float32"] * 6 + ["mixed_float16", "mixed_bfloat16", "float64"])
    text, whole = kind in TEXT, kind in WHOLE_NUMBERS
    # With unbounded gates, what half precision rounds grows from step to step.
    wild = any(n in kind for n in ("LSTM", "GRU", "RNN")) and ("activation" in options or "recurrent_activation" in options)
    if policy != "float32" and not (wild or text or whole or image or kind in ("HashedCrossing", "Hashing", "Discretization", "Bidirectional", "TimeDistributed", "SpectralNormalization")):
        options["dtype"] = policy
    else:
        policy = "float32"
    if options.get("data_format") == "channels_first" and kind not in ("Flatten",):
        shape = (shape[-1], *shape[:-1])
    layer = c(**options)
    frozen = rng.random() < 0.2
    several = draw.number(*SEVERAL[kind]) if kind in SEVERAL else 1
    batch = 4
    shapes = [shape] * several
    if kind in ("Add", "Multiply", "Maximum", "Minimum", "Average", "Subtract") and rng.random() < 0.3:
        shapes[-1] = (*shape[:-1], 1)
    if kind == "Hashing" or kind == "HashedCrossing":
        dtype = draw.pick(["int64", "string"])
        if kind == "HashedCrossing":
            shapes = [(1,)] * several
    else:
        dtype = "string" if text else "int32" if whole else "float32"
    if text:
        shapes = [draw.pick([(1,), (3,)])] if kind == "StringLookup" else [(1,)]
    unknown = shape[:1] and rng.random() < 0.2 and kind in ("LSTM", "GRU", "Dense", "Conv1D", "GlobalAveragePooling1D", "MultiHeadAttention", "Embedding", "LayerNormalization")
    inputs = [keras.Input((None, *s[1:]) if unknown else s, dtype=dtype, name=f"x{i}") for i, s in enumerate(shapes)]
    x = inputs if several > 1 else inputs[0]
    call = {}
    if kind in ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional") and rank == 3 and rng.random() < 0.3:
        x = keras.layers.Masking(0.0)(x)
    if kind == "MultiHeadAttention":
        args = draw.pick([(x, x), (x, x, x)])
        call = {"use_causal_mask": draw.pick(FLAG)} if rank == 3 else {}
        y = layer(*args, **call)
    elif kind == "GroupQueryAttention":
        y = layer(x, x, use_causal_mask=draw.pick(FLAG))
    elif kind in ("Attention", "AdditiveAttention"):
        y = layer(draw.pick([[x, x], [x, x, x]]), use_causal_mask=draw.pick(FLAG))
    else:
        y = layer(x)
    layer.trainable = not frozen
    ys = [t for t in keras.tree.flatten(y)]
    model = keras.Model(inputs, ys if len(ys) > 1 else ys[0])
    arrays = []
    for s in shapes:
        full = (batch, *s)
        if dtype == "string":
            words = ["cat", "dog!", "Emu fox", "gnu", "", "the hen, ibis", "fox", "cat dog cat"]
            arrays.append(np.array([words[i] for i in rng.integers(0, len(words), int(np.prod(full)))]).reshape(full))
        elif dtype != "float32":
            arrays.append(rng.integers(0, 12, full).astype(dtype))
        elif image:
            arrays.append((rng.random(full) * (255 if options.get("value_range", (0, 255))[1] == 255 else 1)).astype("float32"))
        else:
            a = rng.normal(size=full).astype("float32")
            if len(full) == 3:
                a[rng.random(full[:2]) < 0.2] = 0  # steps to be masked
            arrays.append(a)
    return model, arrays, policy, {k: str(v) for k, v in options.items()} | ({"trainable": "False"} if frozen else {})


def ranks_of(kind: str) -> list[int]:
    for n in (1, 2, 3):
        if f"{n}D" in kind:
            return [n + 3 if kind.startswith("ConvLSTM") else n + 2]
    return [2, 3, 4]


LOSSES = ["mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "mean_squared_logarithmic_error", "cosine_similarity", "hinge", "squared_hinge", "poisson"]


def trainable(keras, rng, model, arrays):
    """The model with a head and a random compilation, or None: without weights, without gradient, or with chance in its layers."""
    draw = Draw(rng, "Dense", 2)
    o = keras.optimizers
    if not model.trainable_weights or any("int" in str(x.dtype) or "str" in str(x.dtype) for x in model.outputs):
        return None
    heads = []
    for t in model.outputs:
        t = keras.layers.Flatten()(t) if len(t.shape) > 1 and None not in t.shape[1:] else keras.layers.GlobalAveragePooling1D()(t)
        heads.append(keras.layers.Dense(2, dtype="float32")(t))
    head = keras.layers.Concatenate(dtype="float32")(heads) if len(heads) > 1 else heads[0]
    whole = keras.Model(model.inputs, head)
    optimizer = draw.pick([lambda: o.SGD(0.01, momentum=0.9), lambda: o.Adam(0.003), lambda: o.RMSprop(0.002), lambda: o.AdamW(0.002), lambda: o.Adagrad(0.01),
                           lambda: o.Nadam(0.002), lambda: o.Adam(0.003, clipnorm=0.5), lambda: o.SGD(0.05, nesterov=True, momentum=0.5, global_clipnorm=1.0),
                           lambda: o.Lion(1e-3), lambda: o.Adamax(0.003)])()
    metrics = [m for m in ["mean_absolute_error", "root_mean_squared_error", "cosine_similarity"] if rng.random() < 0.3]
    whole.compile(optimizer, draw.pick(LOSSES), metrics=metrics)
    return whole


QUANTIZABLE = {"Dense", "EinsumDense", "Embedding", "ReversibleEmbedding"}


def quantize(keras, rng, kind: str, model) -> str:
    """Quantizes a model's layers by random options, which it names."""
    draw, q = Draw(rng, kind, 2), keras.quantizers
    inputs = draw.pick(["default", None, q.AbsMaxQuantizer(), q.AbsMaxQuantizer(value_range=(-63, 63), epsilon=1e-3)])
    mode = draw.pick(["int8", "int8", "int4", "int4", *(["float8"] if "Embedding" not in kind else [])])
    size = draw.pick([None, -1, 1, 2, 3, 128])
    if mode == "int8":
        config = q.Int8QuantizationConfig(activation_quantizer=inputs)
    elif mode == "int4":
        config = q.Int4QuantizationConfig(activation_quantizer=inputs if size in (None, -1) else None, block_size=size)
    else:
        config = q.Float8QuantizationConfig()
    model.quantize(config=config)
    return f"{mode} {size if mode == 'int4' else ''} {getattr(inputs, 'get_config', lambda: inputs)()}"


def save(keras, model, folder: Path, form: str) -> Path:
    if form == "json":
        (folder / "model.json").write_text(model.to_json())
        model.save_weights(folder / "model.weights.h5")
        return folder / "model.json"
    path = folder / f"model.{form}"
    model.save(path)
    return path


def make(folder: Path, count: int, seed: int, words: list[str], verbose: bool) -> None:
    import keras
    import goldens

    # In another order for each seed, so that a run of few models has layers of all kinds.
    kinds = [str(k) for k in np.random.default_rng(seed).permutation(layers(keras)) if not words or k in words]
    predict, train, infos, refused = [], [], [], collections.Counter()
    i = attempt = 0
    while i < count:
        attempt += 1
        kind = kinds[i % len(kinds)]
        keras.utils.clear_session()
        keras.utils.set_random_seed(attempt)
        rng = np.random.default_rng([seed, attempt])
        here = folder / f"{i:05d}"
        here.mkdir(parents=True, exist_ok=True)
        try:
            model, arrays, policy, options = single(keras, rng, kind)
            goldens.randomize(model, int(rng.integers(2**31)))
            if kind in QUANTIZABLE and rng.random() < 0.5:
                options["quantized"] = quantize(keras, rng, kind, model)
            form = str(rng.choice(["keras", "keras", "h5", "json"]))
            path = save(keras, model, here, form)
            again = goldens.load(path) if form != "json" else model
            expected = goldens.predict(again, arrays)
        except Exception as e:  # what Keras refuses, or cannot open again itself
            refused[kind] += 1
            if verbose:
                print(f"{kind}: {type(e).__name__} {str(e)[:300]}", file=sys.stderr)
            if refused[kind] % 25 == 0:
                i += 1  # its options fit too seldom: the next layer
            continue
        goldens.write_npz(here / "in.npz", dict(zip([f"x{n}" for n in range(len(arrays))], arrays)))
        goldens.write_npz(here / "out.npz", expected)
        predict.append("\t".join(map(str, (path, here / "in.npz", here / "argali.npz"))))
        info = {"folder": here.name, "kind": kind, "options": options, "policy": policy, "format": form, "shapes": [list(a.shape) for a in arrays]}
        infos.append(info)
        i += 1
        chance = any(options.get(k, "0.0") not in ("0.0", "None") for k in ("rate", "dropout", "recurrent_dropout", "stddev")) or kind.startswith(IMAGES)
        if chance or policy != "float32" or form == "json":
            continue
        try:
            whole = trainable(keras, rng, model, arrays)
            if whole is None:
                continue
            path = here / f"train.{form}"
            whole.save(path)
            y = rng.uniform(0.1, 1, (len(arrays[0]) * 3, *whole.outputs[0].shape[1:])).astype("float32")
            xs = [np.concatenate([a, a[::-1] * 1, a]) if a.dtype.kind != "f" else np.concatenate([a, a * 0.5, -a]) for a in arrays]
            named = {f"x_x{n}" if len(xs) > 1 else "x": a for n, a in enumerate(xs)}
            np.savez(here / "data.npz", **named, y=y)
            # Not what Keras reopens: of an .h5 it builds an optimizer without variables, and what is inside a frozen layer learns again.
            history = whole.fit(xs if len(xs) > 1 else xs[0], y, epochs=2, batch_size=len(arrays[0]), shuffle=False, verbose=0).history
            if not all(np.isfinite(v).all() for v in history.values()):
                continue
            (here / "history.json").write_text(json.dumps({k: [float(v) for v in vs] for k, vs in history.items()}))
            train.append("\t".join(map(str, (path, here / "data.npz", here / f"trained.{form}", 2, len(arrays[0]), here / "argali.json"))))
            info["train"] = {"loss": whole.loss, "optimizer": whole.optimizer.name}
        except Exception as e:
            if verbose:
                print(f"{kind} trained: {type(e).__name__} {str(e)[:300]}", file=sys.stderr)
    (folder / "predict.tsv").write_text("\n".join(predict) + "\n")
    (folder / "train.tsv").write_text("\n".join(train) + "\n")
    (folder / "infos.json").write_text(json.dumps(infos))


def learnt(here: Path) -> str | None:
    if not (here / "argali.json").exists():
        return "was not trained"
    expected, actual = (json.loads((here / n).read_text()) for n in ("history.json", "argali.json"))
    if expected.keys() != actual.keys():
        return f"history of {list(actual)}, expected {list(expected)}"
    for k, ys in expected.items():
        for y, z in zip(ys, actual[k], strict=True):
            if not abs(y - z) <= TRAINED * max(abs(y), 1e-2):
                return f"{k} {actual[k]}, expected {ys}"
    return None


def compare(folder: Path) -> bool:
    infos = json.loads((folder / "infos.json").read_text())
    failing, total, problems, trained = collections.Counter(), collections.Counter(), [], 0
    for info in infos:
        here = folder / info["folder"]
        total[info["kind"]] += 1
        found = [difference(here / "out.npz", here / "argali.npz", *TOLERANCES[info["policy"]], finite=False)]
        if "train" in info:
            trained += 1
            problem = learnt(here)
            found.append(problem and f"{info['train']}: {problem}")
        for problem in filter(None, found):
            failing[info["kind"]] += 1
            problems.append(f"{info['folder']} {info['kind']} ({info['format']}, {info['policy']}, {info['shapes']}): {problem}\n      {info['options']}")
    print("\n".join(problems[:60]))
    for kind, n in failing.most_common():
        print(f"{kind:<44}{n:>6} of {total[kind]}")
    print(f"{len(infos)} models of {len(total)} layers, {trained} trained: {len(problems)} failed")
    return not problems


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("words", nargs="*")
    arguments.add_argument("--count", type=int, default=400)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--verbose", action="store_true", help="say what Keras refuses")
    checking.main(arguments, lambda folder, a: make(folder, a.count, a.seed, a.words, a.verbose), run, lambda folder, _: compare(folder))


def run(folder: Path) -> None:
    checking.jobs(folder, "predict", "predict.tsv")
    checking.jobs(folder, "train", "--no-shuffle", "train.tsv")


if __name__ == "__main__":
    main()
