/** Activation functions as layers. One record a layer, named as in Keras. */
package io.argali.runtime.layer.activations;
