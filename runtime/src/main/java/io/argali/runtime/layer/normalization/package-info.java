/** Layers that bring values to a common scale. One record a layer, named as in Keras. */
package io.argali.runtime.layer.normalization;
