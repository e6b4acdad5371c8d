/** Convolutions, plain, depthwise, separable and transposed. One record a layer, named as in Keras. */
package io.argali.runtime.layer.convolutional;
