/** Recurrent layers and their cells. One record a layer, named as in Keras. */
package io.argali.runtime.layer.rnn;
