/** Attention in all its forms. One record a layer, named as in Keras. */
package io.argali.runtime.layer.attention;
