/**
 * What a layer is made of: {@link io.argali.runtime.layer.Layer}, the {@link io.argali.runtime.layer.Scope} it is traced in, and the parts of its
 * configuration (activations, initializers, regularizers, constraints). The layers themselves live in the packages below, named as Keras'
 * folders.
 *
 * <p>To add one: write a record whose components are the keys of its Keras configuration, implement {@code call} (usually through {@link
 * io.argali.runtime.layer.UnaryLayer}), give it a row in the catalogue with its default instance, and a row in testdata/generate.py.
 */
package io.argali.runtime.layer;
