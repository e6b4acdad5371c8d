/** Layers that fit nowhere else: dense, embedding, masking. One record a layer, named as in Keras. */
package io.argali.runtime.layer.core;
