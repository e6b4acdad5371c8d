"""Recurrent layers, their cells and wrappers: masks, states, directions."""

import keras

from goldens import In, case, fresh, layer, product

L = keras.layers
X = In((5, 3))
STEPS = In((5, 3), kind="steps")  # row 0 ends early, row 1 pauses, row 2 is all padding
MASK = In((5,), "bool", "mask")
RNNS = ("SimpleRNN", "LSTM", "GRU")


def masked(rnn, xs):
    return rnn(L.Masking()(xs[0]))


for kind in RNNS:
    activations = {"activation": ["tanh", "relu", "linear"], "use_bias": [True, False]}
    if kind != "SimpleRNN":
        activations["recurrent_activation"] = ["sigmoid", "hard_sigmoid"]
    if kind == "GRU":
        activations["reset_after"] = [True, False]
    layer(kind, product(**activations), X, units=4, name="options")
    flow = {"return_sequences": [False, True], "return_state": [False, True], "go_backwards": [False, True],
            "unroll": [False, True]}
    if kind == "GRU":
        flow["reset_after"] = [True, False]
    layer(kind, product(**flow), X, units=4, name="flow", sample=16)
    layer(kind, product(**flow), STEPS, units=4, name="masked", sample=16, call=masked)
    layer(kind, product(return_sequences=[False, True], go_backwards=[False, True]), lambda **o: [X, MASK], units=4,
          name="explicit_mask", call=lambda rnn, xs: rnn(xs[0], mask=xs[1]))
    layer(kind, product(return_sequences=[True], return_state=[True, False]), STEPS, units=4, zero_output_for_mask=True,
          name="zero_output_for_mask", call=masked)
    layer(kind, product(dropout=[0.0, 0.3], recurrent_dropout=[0.0, 0.3]), X, units=4, name="dropout")
    states = 2 if kind == "LSTM" else 1
    group = "simple_rnn" if kind == "SimpleRNN" else kind.lower()
    def with_states(kind=kind, states=states):
        x = keras.Input((5, 3), name="x")
        initial = [keras.Input((4,), name=f"state_{i}") for i in range(states)]
        as_list = initial if states > 1 else initial[0]
        ys = [getattr(L, kind)(4, return_sequences=s, return_state=r)(x, initial_state=as_list)
              for s in (False, True) for r in (False, True)]
        return keras.Model([x, *initial], keras.tree.flatten(ys))
    case(group, "initial_state", with_states)

    def stateful(kind=kind):
        x = keras.Input(batch_shape=(3, 5, 3), name="x")
        return keras.Model(x, getattr(L, kind)(4, stateful=True, return_sequences=True)(x))
    case(group, "stateful", stateful, calls=2)

    def deep(kind=kind):
        return keras.Sequential([keras.Input((5, 3)), L.Masking(),
                                 *(getattr(L, kind)(4, return_sequences=True) for _ in range(2)),
                                 getattr(L, kind)(2), L.Dense(2)])
    case(group, "deep_masked", deep, [STEPS])
    case(group, "unknown_steps", lambda kind=kind: keras.Model(
        x := keras.Input((None, 3), name="x"), getattr(L, kind)(4)(x)), [In((None, 3))])

layer("LSTM", product(unit_forget_bias=[True, False], recurrent_regularizer=["l2"]), X, units=2, name="more")

# -------------------------------------------------------------------------------------------------- cells and RNN(cell)

for cell in ("SimpleRNNCell", "LSTMCell", "GRUCell"):
    layer(lambda name, cell=cell, **o: L.RNN(getattr(L, cell)(4), name=name, **o),
          product(return_sequences=[False, True], return_state=[False, True], go_backwards=[False, True],
                  zero_output_for_mask=[False, True], unroll=[False, True]),
          STEPS, call=masked, group="rnn", name=cell.lower(), sample=12)
layer(lambda name, reset_after: L.RNN(L.GRUCell(4, reset_after=reset_after), name=name), product(reset_after=[True, False]),
      X, group="rnn", name="gru_cell_reset_after")


def stacked(cells):
    return L.StackedRNNCells([getattr(L, f"{c}Cell")(n) for c, n in cells])


STACKS = {"lstm": [("LSTM", 4), ("LSTM", 2)], "mixed": [("GRU", 4), ("LSTM", 3), ("SimpleRNN", 2)], "one": [("GRU", 2)]}
layer(lambda name, stack, **o: L.RNN(stacked(STACKS[stack]), name=name, **o),
      product(stack=list(STACKS), return_sequences=[False, True], return_state=[False, True]), X,
      group="stacked_rnn_cells")
# Keras itself cannot mask a StackedRNNCells: its states are nested.
case("stacked_rnn_cells", "list_of_cells", lambda: keras.Model(
    x := keras.Input((5, 3)), L.RNN([L.LSTMCell(4), L.LSTMCell(2)])(x)))
for cell, states in (("SimpleRNNCell", 1), ("GRUCell", 1), ("LSTMCell", 2)):
    def one_step(cell=cell, states=states):
        x = keras.Input((3,), name="x")
        initial = [keras.Input((4,), name=f"state_{i}") for i in range(states)]
        return keras.Model([x, *initial], keras.tree.flatten(getattr(L, cell)(4)(x, initial)))
    case("cells", cell.lower(), one_step)

# ------------------------------------------------------------------------------------------------------- Bidirectional

for kind in RNNS:
    def both(name, kind=kind, merge_mode="concat", **o):
        return L.Bidirectional(getattr(L, kind)(3, **o), merge_mode=merge_mode, name=name)

    options = product(merge_mode=["concat", "sum", "mul", "ave", None], return_sequences=[False, True],
                      return_state=[False, True])
    layer(both, options, X, group="bidirectional", name=kind.lower())
    layer(both, options, STEPS, group="bidirectional", name=f"{kind.lower()}_masked", call=masked, sample=12)
layer(lambda name, merge_mode, returns: L.Bidirectional(
          L.LSTM(3, return_sequences=returns),
          backward_layer=L.GRU(3, return_sequences=returns, go_backwards=True), merge_mode=merge_mode, name=name),
      product(merge_mode=["concat", "sum", None], returns=[False, True]), X, group="bidirectional", name="backward_layer")
layer(lambda name, cell: L.Bidirectional(L.RNN(getattr(L, cell)(3), return_sequences=True), name=name),
      product(cell=["LSTMCell", "GRUCell"]), X, group="bidirectional", name="rnn_of_cell")


def bidirectional_states():
    x = keras.Input((5, 3), name="x")
    states = [keras.Input((2,), name=f"state_{i}") for i in range(4)]
    return keras.Model([x, *states], L.Bidirectional(L.LSTM(2, return_sequences=True))(x, initial_state=states))


case("bidirectional", "initial_state", bidirectional_states)
case("bidirectional", "deep", lambda: keras.Sequential([
    keras.Input((5,), dtype="int32", name="tokens"), L.Embedding(9, 3, mask_zero=True),
    L.Bidirectional(L.LSTM(3, return_sequences=True)), L.Bidirectional(L.GRU(2)), L.Dense(2, activation="softmax")]),
     [In((5,), "int32", "tokens", 9)])

# ----------------------------------------------------------------------------------------------------- TimeDistributed

layer("TimeDistributed", [{"layer": fresh(lambda: L.Dense(2, name="inner"))}], In((4, 3)), name="dense")
layer("TimeDistributed", [{"layer": fresh(lambda: L.Dense(2, name="inner"))}], STEPS, name="dense_masked", call=masked)
layer("TimeDistributed", [{"layer": fresh(lambda: L.Conv2D(2, 3, padding="same", name="inner"))}], In((3, 4, 5, 2)),
      name="conv2d")
layer("TimeDistributed", [{"layer": fresh(lambda: L.LSTM(2, name="inner"))}], In((3, 4, 2)), name="lstm")
layer("TimeDistributed", [{"layer": fresh(lambda: L.BatchNormalization(name="inner"))}], In((3, 4)), name="batch_norm")
layer("TimeDistributed", [{"layer": fresh(lambda: L.Flatten(name="inner"))}], In((3, 4, 2)), name="flatten")
layer("TimeDistributed", [{"layer": fresh(lambda: keras.Sequential(
    [keras.Input((4, 4, 1)), L.Conv2D(2, 2), L.GlobalMaxPooling2D()], name="inner"))}], In((3, 4, 4, 1)), name="model")
case("time_distributed", "then_lstm", lambda: keras.Sequential([
    keras.Input((5, 3)), L.Masking(), L.TimeDistributed(L.Dense(3)), L.LSTM(2)]), [STEPS])

# ------------------------------------------------------------------------------------------------------------ ConvLSTM

SHAPES = {1: (3, 6, 2), 2: (3, 5, 4, 2), 3: (2, 3, 4, 3, 2)}
for n, shape in SHAPES.items():
    formats = ["channels_last", "channels_first"] if n < 3 else ["channels_last"]
    layer(f"ConvLSTM{n}D", product(kernel_size=[1, 3 if n < 3 else 2], strides=[1, 2], padding=["valid", "same"],
                                   use_bias=[True, False], return_sequences=[False, True], return_state=[False, True],
                                   recurrent_activation=["sigmoid", "hard_sigmoid"], go_backwards=[False, True],
                                   data_format=formats),
          lambda n=n, shape=shape, **o: In((shape[0], shape[-1], *shape[1:-1])
                                           if o["data_format"] == "channels_first" else shape),
          filters=2, sample=16 if n < 3 else 8)
    if n < 3:
        layer(f"ConvLSTM{n}D", [{"dilation_rate": 2}], In(shape), filters=2, kernel_size=2, name="dilated")
