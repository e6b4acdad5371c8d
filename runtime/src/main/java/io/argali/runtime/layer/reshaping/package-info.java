/** Layers that only move, crop or repeat. One record a layer, named as in Keras. */
package io.argali.runtime.layer.reshaping;
