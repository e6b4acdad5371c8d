"""Convolutions and pooling, both data formats."""

import keras

from goldens import In, layer, product

LAST_FIRST = ["channels_last", "channels_first"]


def strided_and_dilated(strides=1, dilation_rate=1, **_):
    return strides not in (1, (1, 1)) and dilation_rate not in (1, (1, 1))


layer("Conv1D", product(kernel_size=[1, 3], strides=[1, 2], padding=["valid", "same", "causal"], dilation_rate=[1, 2],
                        groups=[1, 2], data_format=LAST_FIRST, use_bias=[True, False], activation=[None, "relu"]),
      In((8, 4)), filters=4, sample=60,
      skip=lambda padding, data_format, **o: strided_and_dilated(**o)
      or padding == "causal" and data_format == "channels_first")
layer("Conv2D", product(kernel_size=[1, 3, (2, 3)], strides=[1, 2, (2, 1)], padding=["valid", "same"],
                        dilation_rate=[1, 2, (2, 1)], groups=[1, 2], data_format=LAST_FIRST, use_bias=[True, False],
                        activation=[None, "relu"]),
      In((7, 8, 4)), filters=4, sample=96, skip=strided_and_dilated)
layer("Conv3D", product(kernel_size=[2, (1, 2, 3)], strides=[1, 2], padding=["valid", "same"], dilation_rate=[1, 2],
                        groups=[1, 2], data_format=LAST_FIRST, use_bias=[True, False]),
      In((5, 4, 6, 2)), filters=2, sample=48, skip=strided_and_dilated)


def transposed(strides, output_padding, dilation_rate=1, **_):
    smallest = min(strides) if isinstance(strides, tuple) else strides
    return (output_padding is not None and output_padding >= smallest) or strided_and_dilated(strides, dilation_rate)


layer("Conv1DTranspose", product(kernel_size=[2, 3], strides=[1, 2, 3], padding=["valid", "same"],
                                 output_padding=[None, 0, 1], dilation_rate=[1, 2], data_format=LAST_FIRST,
                                 use_bias=[True, False]),
      In((4, 3)), filters=2, sample=60, skip=transposed)
layer("Conv2DTranspose", product(kernel_size=[1, 3, (2, 4)], strides=[1, 2, (2, 3)], padding=["valid", "same"],
                                 output_padding=[None, 0, 1], dilation_rate=[1, 2], data_format=LAST_FIRST,
                                 use_bias=[True, False]),
      In((3, 4, 3)), filters=2, sample=60, skip=transposed)
layer("Conv3DTranspose", product(kernel_size=[2, 3], strides=[1, 2], padding=["valid", "same"],
                                 output_padding=[None, 1], data_format=LAST_FIRST, use_bias=[True, False]),
      In((2, 3, 2, 2)), filters=2, sample=24, skip=transposed)

layer("DepthwiseConv1D", product(kernel_size=[1, 3], strides=[1, 2], padding=["valid", "same"], dilation_rate=[1, 2],
                                 depth_multiplier=[1, 2], data_format=LAST_FIRST, use_bias=[True, False]),
      In((7, 3)), sample=36, skip=strided_and_dilated)
layer("DepthwiseConv2D", product(kernel_size=[1, 3, (2, 3)], strides=[1, 2], padding=["valid", "same"],
                                 dilation_rate=[1, 2], depth_multiplier=[1, 2], data_format=LAST_FIRST,
                                 use_bias=[True, False], activation=[None, "relu6"]),
      In((6, 7, 3)), sample=60, skip=strided_and_dilated)
layer("SeparableConv1D", product(kernel_size=[1, 3], strides=[1, 2], padding=["valid", "same"], dilation_rate=[1, 2],
                                 depth_multiplier=[1, 2], data_format=LAST_FIRST, use_bias=[True, False]),
      In((7, 3)), filters=2, sample=36, skip=strided_and_dilated)
layer("SeparableConv2D", product(kernel_size=[1, 3, (2, 3)], strides=[1, 2], padding=["valid", "same"],
                                 dilation_rate=[1, 2], depth_multiplier=[1, 2], data_format=LAST_FIRST,
                                 use_bias=[True, False], activation=[None, "swish"]),
      In((6, 7, 3)), filters=2, sample=60, skip=strided_and_dilated)

INPUTS = {1: In((7, 2)), 2: In((5, 7, 2)), 3: In((5, 4, 7, 2))}
POOLS = {1: [1, 2, 3], 2: [2, 3, (1, 2), (3, 2)], 3: [2, (1, 2, 3)]}
for n in (1, 2, 3):
    for kind in ("Max", "Average"):
        layer(f"{kind}Pooling{n}D", product(pool_size=POOLS[n], strides=[None, 1, 2, 3], padding=["valid", "same"],
                                            data_format=LAST_FIRST), INPUTS[n], sample=40)
        layer(f"Global{kind}Pooling{n}D", product(keepdims=[False, True], data_format=LAST_FIRST), INPUTS[n])
        layer(f"Adaptive{kind}Pooling{n}D", product(output_size=[1, 3, {1: 4, 2: (2, 3), 3: (2, 1, 3)}[n]],
                                                    data_format=LAST_FIRST), INPUTS[n])

layer("GlobalAveragePooling1D", product(keepdims=[False, True]), In((5, 2), kind="normal"), name="masked",
      call=lambda pool, xs: pool(xs[0], mask=keras.ops.greater(xs[0][:, :, 0], -0.5)))
