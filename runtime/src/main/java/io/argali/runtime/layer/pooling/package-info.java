/** Maximum and average pooling over windows and over everything. One record a layer, named as in Keras. */
package io.argali.runtime.layer.pooling;
