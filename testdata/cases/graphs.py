"""Models as graphs: shared and nested layers, several inputs and outputs, masks, states, small real-world shapes."""

import keras
import numpy as np

from goldens import In, case, ints

L, ops = keras.layers, keras.ops
TOKENS = In((5,), "int32", "tokens", 9)
STEPS = In((5, 3), kind="steps")


def model(inputs=None, **options):
    """Registers the decorated function, whose name names the case, as a builder."""
    def register(build):
        case("graph", build.__name__, build, inputs, **options)
        return build
    return register


@model()
def shared_layer():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    dense = L.Dense(2, activation="tanh")
    return keras.Model([a, b], [dense(a), dense(b), L.Add()([dense(a), dense(b)])])


def block(name, units, width=4):
    x = keras.Input((width,))
    return keras.Model(x, L.Dense(units, activation="relu")(L.BatchNormalization()(x)), name=name)


@model()
def nested_functional():
    x = keras.Input((4,))
    return keras.Model(x, L.Dense(2)(block("inner", 3)(x)))


@model()
def nested_three_deep():
    i = keras.Input((4,))
    middle = keras.Model(i, L.Add()([block("core", 4)(i), i]), name="middle")
    return keras.Sequential([keras.Input((4,)), L.Dense(4), middle, keras.Sequential([L.Dense(3), L.ReLU()], name="tail")])


@model()
def nested_shared_twice():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    tower = block("tower", 3)
    return keras.Model([a, b], L.Concatenate()([tower(a), tower(b)]))


@model()
def nested_with_many_inputs_and_outputs():
    p, q = keras.Input((3,), name="p"), keras.Input((3,), name="q")
    s = L.Add(name="sum")([p, q])
    inner = keras.Model([p, q], [s, L.Multiply(name="product")([p, q])], name="inner")
    x = keras.Input((3,), name="x")
    total, both = inner([x, L.Dense(3)(x)])
    return keras.Model(x, [L.Dense(2)(both), total])


@model()
def nested_output_is_model_output():
    x = keras.Input((4,))
    return keras.Model(x, block("inner", 3)(x))


@model()
def nested_sequential_as_output():
    x = keras.Input((4,))
    return keras.Model(x, keras.Sequential([L.Dense(3), L.Dense(2)], name="head")(x))


@model()
def sequential_of_models():
    return keras.Sequential([keras.Input((4,)), block("one", 4), block("two", 3)])


@model()
def frozen_inner_model():
    inner = block("inner", 3)
    inner.trainable = False
    x = keras.Input((4,))
    return keras.Model(x, L.Dense(2)(inner(x)))


@model()
def same_class_many_times():
    x = y = keras.Input((3,))
    for _ in range(12):  # dense_10 sorts before dense_2
        y = L.Dense(3, activation="tanh")(y)
    return keras.Model(x, y)


@model()
def list_of_inputs_out_of_order():
    a, b, c = (keras.Input((n,), name=name) for n, name in ((2, "z"), (3, "y"), (4, "x")))
    return keras.Model([c, a, b], L.Concatenate()([a, b, c]))


@model()
def dict_inputs_and_outputs():
    a, b = keras.Input((2,), name="b_in"), keras.Input((3,), name="a_in")
    return keras.Model({"b_in": a, "a_in": b}, {"wide": L.Dense(4)(b), "narrow": L.Dense(1)(a)})


@model()
def nested_structures():
    a, b, c = (keras.Input((2,), name=n) for n in "abc")
    return keras.Model([a, (b, c)], {"x": L.Dense(1)(a), "yz": [L.Dense(2)(b), L.Dense(3)(c)]})


@model()
def input_is_output():
    a = keras.Input((2,), name="a")
    return keras.Model(a, [a, L.Dense(2)(a)])


@model()
def output_twice():
    a = keras.Input((2,), name="a")
    y = L.Dense(2, name="once")(a)
    return keras.Model(a, [y, y])


@model()
def one_layer_makes_two_outputs():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    dense = L.Dense(2, name="twice")
    return keras.Model([a, b], [dense(a), dense(b)])


@model()
def intermediate_outputs():
    x = keras.Input((8, 8, 2))
    c1 = L.Conv2D(2, 3, activation="relu")(x)
    c2 = L.Conv2D(3, 3, activation="relu")(L.MaxPooling2D()(c1))
    return keras.Model(x, [c1, c2, L.GlobalAveragePooling2D()(c2)])


@model()
def rank_1_input_is_widened():
    x = keras.Input((1,), name="x")
    return keras.Model(x, L.Dense(2)(x))


@model([ints(9, 3)])
def integer_input():
    x = keras.Input((3,), dtype="int32")
    return keras.Model(x, L.Dense(2)(ops.cast(x, "float32")))


@model()
def layer_with_python_scalars():
    x = keras.Input((4,), name="x")
    return keras.Model(x, [x * 2, 1 - x, x / 3.0, 2 / (x * x + 1), x ** 2, -x, abs(x), x + 1, x - 0.5, x // 2, x % 3])


@model()
def slices():
    x = keras.Input((5, 6), name="x")
    return keras.Model(x, [x[:, -1], x[:, 0], x[..., ::2], x[:, 1:3], x[:, 1:-1, 2], x[:, :, None], x[:, ::-1], x[:, -2:]])


@model()
def constant_tensors():
    x = keras.Input((3,), name="x")
    weights = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]], "float32")
    return keras.Model(x, [ops.matmul(x, weights), ops.add(x, np.array([1.0, 2.0, 3.0], "float32"))])


@model([TOKENS])
def implicit_mask_through_layers():
    x = keras.Input((5,), dtype="int32", name="tokens")
    y = L.Embedding(9, 4, mask_zero=True)(x)
    y = L.Dense(4)(L.Dropout(0.1)(y))
    y = L.Add()([y, L.TimeDistributed(L.Dense(4))(y)])
    return keras.Model(x, [L.LSTM(3)(y), L.GlobalAveragePooling1D()(L.Activation("relu")(y))][:1])


@model([In((5, 3)), In((5,), "bool", "mask")])
def explicit_mask_input():
    x, m = keras.Input((5, 3), name="x"), keras.Input((5,), dtype="bool", name="m")
    return keras.Model([x, m], [L.GRU(2)(x, mask=m), L.GlobalAveragePooling1D()(x, mask=m)])


@model([STEPS])
def mask_lost_at_flatten():
    x = keras.Input((5, 3))
    return keras.Model(x, L.Dense(2)(L.Flatten()(L.Masking()(x))))


@model([TOKENS, TOKENS])
def encoder_decoder():
    source, target = (keras.Input((5,), dtype="int32", name=n) for n in ("source", "target"))
    _, h, c = L.LSTM(4, return_state=True)(L.Embedding(9, 3, mask_zero=True)(source))
    y = L.LSTM(4, return_sequences=True)(L.Embedding(9, 3, mask_zero=True)(target), initial_state=[h, c])
    return keras.Model([source, target], L.Dense(9, activation="softmax")(y))


@model([TOKENS])
def bidirectional_encoder_to_decoder():
    x = keras.Input((5,), dtype="int32", name="tokens")
    e = L.Embedding(9, 3, mask_zero=True)(x)
    _, fh, fc, bh, bc = L.Bidirectional(L.LSTM(2, return_state=True))(e)
    y = L.LSTM(4)(e, initial_state=[L.Concatenate()([fh, bh]), L.Concatenate()([fc, bc])])
    return keras.Model(x, y)


@model([TOKENS])
def transformer_block():
    x = keras.Input((5,), dtype="int32", name="tokens")
    e = L.Embedding(9, 4, mask_zero=True)(x)
    h = L.LayerNormalization()(e)
    e = e + L.MultiHeadAttention(2, 2)(h, h)
    h = L.Dense(4)(L.Dense(8, activation="gelu")(L.LayerNormalization()(e)))
    return keras.Model(x, L.Dense(3)(L.GlobalMaxPooling1D()(e + h)))


def conv_bn(x, filters, kernel=3, strides=1, activation="relu"):
    x = L.Conv2D(filters, kernel, strides, padding="same", use_bias=False)(x)
    x = L.BatchNormalization()(x)
    return L.Activation(activation)(x) if activation else x


@model()
def resnet_like():
    x = y = keras.Input((12, 12, 3))
    y = L.MaxPooling2D(3, 2)(L.ZeroPadding2D(1)(conv_bn(y, 4, 7, 2)))
    for filters, strides in ((4, 1), (6, 2)):
        shortcut = conv_bn(y, filters, 1, strides, None) if strides > 1 else y
        y = conv_bn(conv_bn(y, filters, strides=strides), filters, activation=None)
        y = L.ReLU()(L.Add()([y, shortcut]))
    return keras.Model(x, L.Dense(5, activation="softmax")(L.GlobalAveragePooling2D()(y)))


@model()
def mobilenet_like():
    x = keras.Input((12, 12, 3))
    y = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(4, 3, 2, padding="same", use_bias=False)(L.Rescaling(1 / 127.5, -1)(x))))
    for filters, strides in ((4, 1), (6, 2), (6, 1)):
        z = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(3 * y.shape[-1], 1, use_bias=False)(y)))
        if strides == 2:
            z = L.ZeroPadding2D(((0, 1), (0, 1)))(z)
        z = L.DepthwiseConv2D(3, strides, padding="valid" if strides == 2 else "same", use_bias=False)(z)
        z = L.ReLU(6.0)(L.BatchNormalization(epsilon=1e-3)(z))
        z = L.BatchNormalization()(L.Conv2D(filters, 1, use_bias=False)(z))
        y = L.Add()([y, z]) if y.shape == z.shape else z
    return keras.Model(x, L.Dense(5, activation="softmax")(L.Dropout(0.2)(L.GlobalAveragePooling2D()(y))))


@model()
def squeeze_and_excite():
    x = keras.Input((6, 6, 4))
    y = L.DepthwiseConv2D(3, padding="same", activation="swish")(x)
    s = L.Reshape((1, 1, 4))(L.GlobalAveragePooling2D()(y))
    s = L.Conv2D(4, 1, activation="sigmoid")(L.Conv2D(2, 1, activation="swish")(s))
    return keras.Model(x, L.Add()([L.Multiply()([y, s]), x]))


@model()
def unet_like():
    x = keras.Input((8, 8, 2))
    d1 = L.Conv2D(3, 3, padding="same", activation="relu")(x)
    d2 = L.Conv2D(4, 3, padding="same", activation="relu")(L.MaxPooling2D()(d1))
    u1 = L.Concatenate()([L.Conv2DTranspose(3, 2, 2)(d2), d1])
    u2 = L.Concatenate()([L.UpSampling2D(interpolation="bilinear")(d2), u1])
    return keras.Model(x, L.Conv2D(1, 1, activation="sigmoid")(u2))


@model()
def densenet_like():
    x = y = keras.Input((6, 6, 3))
    for _ in range(3):
        z = L.Conv2D(2, 3, padding="same")(L.ReLU()(L.BatchNormalization()(y)))
        y = L.Concatenate()([y, z])
    return keras.Model(x, L.AveragePooling2D(2)(y))


@model()
def fully_convolutional_unknown_size():
    x = keras.Input((None, None, 2))
    return keras.Model(x, L.GlobalAveragePooling2D()(L.Conv2D(3, 2, activation="relu")(x)))


@model()
def compiled():
    m = keras.Sequential([keras.Input((3,)), L.Dense(4, activation="relu"), L.Dense(1)])
    m.compile("adam", "mse", metrics=["mae"])
    m.fit(np.random.default_rng(1).normal(size=(8, 3)), np.zeros((8, 1)), epochs=1, verbose=0)
    return m


@model()
def optional_input():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b", optional=True)
    return keras.Model([a, b], L.Add()([L.Dense(3)(a), L.Dense(3)(b)]))


@model()
def wavenet_like():
    x = y = keras.Input((12, 2))
    skips = []
    for rate in (1, 2, 4):
        gate = L.Multiply()([L.Conv1D(3, 2, padding="causal", dilation_rate=rate, activation="tanh")(y),
                             L.Conv1D(3, 2, padding="causal", dilation_rate=rate, activation="sigmoid")(y)])
        skips.append(L.Conv1D(2, 1)(gate))
        y = L.Add()([y, skips[-1]])
    return keras.Model(x, L.Conv1D(1, 1)(L.ReLU()(L.Add()(skips))))


@model()
def siamese():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    tower = keras.Sequential([L.Dense(3, activation="relu"), L.UnitNormalization()], name="tower")
    return keras.Model([a, b], L.Dense(1, activation="sigmoid")(L.Dot(axes=1)([tower(a), tower(b)])))


@model()
def autoencoder_of_two_models():
    i, z = keras.Input((4,), name="i"), keras.Input((2,), name="z")
    encoder = keras.Model(i, [L.Dense(2, name="mean")(i), L.Dense(2, name="log")(i)], name="encoder")
    decoder = keras.Model(z, L.Dense(4)(z), name="decoder")
    x = keras.Input((4,), name="x")
    mean, log = encoder(x)
    return keras.Model(x, [decoder(mean + ops.exp(0.5 * log)), mean])


@model([TOKENS])
def attention_takes_masks_off():
    """In which order Keras runs the calls decides which of them still see the mask."""
    x = keras.Input((5,), dtype="int32", name="tokens")
    e = L.Embedding(9, 4, mask_zero=True)(x)
    w = L.Concatenate()([e, L.Dense(4)(e)])
    return keras.Model(x, [L.Attention(name="before")([w, w]), L.MultiHeadAttention(2, 3, name="heads")(w, w),
                           L.MultiHeadAttention(2, 3, name="again")(w, w), L.Attention(name="after")([w, L.Dense(8)(w)])])


@model()
def names_that_meet():
    """The second output of layer "a" must not take the place of the layer "a_1"."""
    x = keras.Input((3,), name="x")
    a = L.Dense(3, name="a")
    return keras.Model(x, [a(x), a(a(x)), L.Dense(2, name="a_1")(x)])


@model()
def sequential_ends_in_models():
    i = keras.Input((4,))
    two = keras.Model(i, [L.Dense(2, name="p")(i), L.Dense(3, name="q")(i)], name="two")
    return keras.Sequential([keras.Input((4,)), L.Dense(4), two])
