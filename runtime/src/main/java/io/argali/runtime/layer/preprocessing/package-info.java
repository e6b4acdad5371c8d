/** From raw numbers and text to what a network takes. One record a layer, named as in Keras. */
package io.argali.runtime.layer.preprocessing;
