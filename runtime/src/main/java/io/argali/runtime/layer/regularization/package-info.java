/** Dropout and noise: at work in training only. One record a layer, named as in Keras. */
package io.argali.runtime.layer.regularization;
