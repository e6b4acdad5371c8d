/**
 * The tests that walk {@code testdata/golden} and {@code testdata/models}: models, inputs and outputs written by Keras.
 *
 * <p>A case is a folder; to add one, add a row to {@code generate.py}. No Java changes.
 */
@NullMarked
package io.argali.testdata;

import org.jspecify.annotations.NullMarked;
