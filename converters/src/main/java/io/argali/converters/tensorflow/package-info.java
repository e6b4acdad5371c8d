/**
 * Graphs to TensorFlow. {@code TfNodes} is the table, {@code TfFunctions} the one of text and matrices; a SavedModel and the TensorFlow
 * backend are both made with them. An operation that TensorFlow has no words for is an error that names the layer.
 */
package io.argali.converters.tensorflow;
