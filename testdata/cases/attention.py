"""Attention layers: masks, shapes of query, key and value, every option."""

import keras

from goldens import In, layer, product

Q, K, V = In((4, 6), name="query"), In((5, 6), name="key"), In((5, 3), name="value")
V6 = In((5, 6), name="value")
QUERY_MASK, VALUE_MASK = In((4,), "bool", "mask", name="query_mask"), In((5,), "bool", "mask", name="value_mask")
ATTENTION_MASK = In((4, 5), "bool", "mask", name="attention_mask")


def masks(attention, xs):
    """Query, value, then one or two masks."""
    q, v, *rest = xs
    return attention([q, v], mask=[rest[0] if len(rest) > 1 else None, rest[-1]])


for kind, options in (("Attention", product(use_scale=[False, True], score_mode=["dot", "concat"])),
                      ("AdditiveAttention", product(use_scale=[False, True]))):
    layer(kind, options, [Q, V6], name="query_value", call=lambda a, xs: a(xs))
    layer(kind, options, [Q, V, K], name="query_value_key", call=lambda a, xs: a(xs))
    layer(kind, options, [Q, V6], name="scores", call=lambda a, xs: a(xs, return_attention_scores=True))
    layer(kind, options, [Q, V6], name="causal", call=lambda a, xs: a(xs, use_causal_mask=True))
    layer(kind, options, [Q, V6, QUERY_MASK, VALUE_MASK], name="masked", call=masks)
    layer(kind, options, [Q, V6, VALUE_MASK], name="value_mask", call=masks)

layer("MultiHeadAttention", product(num_heads=[1, 2, 3], key_dim=[2, 4], value_dim=[None, 3], use_bias=[True, False],
                                    output_shape=[None, 5], use_gate=[False, True]), [Q, V6], sample=24,
      call=lambda a, xs: a(xs[0], xs[1]))
layer("MultiHeadAttention", product(use_gate=[False, True]), [Q, V, K], num_heads=2, key_dim=3, name="key",
      call=lambda a, xs: a(xs[0], xs[1], xs[2]))
layer("MultiHeadAttention", product(use_bias=[True, False]), [Q], num_heads=2, key_dim=3, name="self",
      call=lambda a, xs: a(xs[0], xs[0]))
layer("MultiHeadAttention", product(use_bias=[True, False]), [Q, V6], num_heads=2, key_dim=3, name="scores",
      call=lambda a, xs: a(xs[0], xs[1], return_attention_scores=True))
layer("MultiHeadAttention", [{}], [Q], num_heads=2, key_dim=3, name="causal",
      call=lambda a, xs: a(xs[0], xs[0], use_causal_mask=True))
layer("MultiHeadAttention", [{"sliding_window": 2}], [Q], num_heads=2, key_dim=3, name="sliding_window",
      call=lambda a, xs: a(xs[0], xs[0]))
layer("MultiHeadAttention", [{}], [Q, V6, QUERY_MASK, VALUE_MASK], num_heads=2, key_dim=3, name="masked",
      call=lambda a, xs: a(xs[0], xs[1], query_mask=xs[2], value_mask=xs[3]))
layer("MultiHeadAttention", [{}], [Q, V6, ATTENTION_MASK], num_heads=2, key_dim=3, name="attention_mask",
      call=lambda a, xs: a(xs[0], xs[1], attention_mask=xs[2]))
layer("MultiHeadAttention", [{}], [Q, V6, VALUE_MASK, ATTENTION_MASK], num_heads=2, key_dim=3, name="two_masks",
      call=lambda a, xs: a(xs[0], xs[1], value_mask=xs[2], attention_mask=xs[3]))
layer("MultiHeadAttention", product(attention_axes=[(1,), (2,), (1, 2)]), [In((3, 4, 6), name="grid")], num_heads=2,
      key_dim=3, name="attention_axes", call=lambda a, xs: a(xs[0], xs[0]))
layer("MultiHeadAttention", product(output_shape=[(2, 3)]), [Q], num_heads=2, key_dim=3, name="output_rank",
      call=lambda a, xs: a(xs[0], xs[0]))
layer("MultiHeadAttention", product(dropout=[0.3]), [Q], num_heads=2, key_dim=3, name="dropout",
      call=lambda a, xs: a(xs[0], xs[0]))
layer("MultiHeadAttention", [{}], [In((5,), "int32", "tokens", 9)], num_heads=2, key_dim=3, name="implicit_mask",
      call=lambda a, xs: a(e := keras.layers.Embedding(9, 6, mask_zero=True)(xs[0]), e))

layer("GroupQueryAttention", product(head_dim=[2, 3], num_query_heads=[4], num_key_value_heads=[1, 2, 4],
                                     use_bias=[True, False], use_gate=[False, True]), [Q, V6], sample=16,
      call=lambda a, xs: a(xs[0], xs[1]), group="group_query_attention")
for name, inputs, call in (
    ("key", [Q, V6, K], lambda a, xs: a(xs[0], xs[1], xs[2])),
    ("causal", [Q], lambda a, xs: a(xs[0], xs[0], use_causal_mask=True)),
    ("scores", [Q, V6], lambda a, xs: a(xs[0], xs[1], return_attention_scores=True)),
    ("masked", [Q, V6, QUERY_MASK, VALUE_MASK], lambda a, xs: a(xs[0], xs[1], query_mask=xs[2], value_mask=xs[3])),
    ("attention_mask", [Q, V6, ATTENTION_MASK], lambda a, xs: a(xs[0], xs[1], attention_mask=xs[2])),
):
    layer("GroupQueryAttention", [{}], inputs, head_dim=3, num_query_heads=4, num_key_value_heads=2, name=name, call=call)
