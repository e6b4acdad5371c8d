/** Layers around layers. One record a layer, named as in Keras. */
package io.argali.runtime.layer.wrappers;
