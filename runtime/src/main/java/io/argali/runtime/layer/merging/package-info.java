/** Layers of several inputs. One record a layer, named as in Keras. */
package io.argali.runtime.layer.merging;
