/**
 * Graphs to TensorFlow, for SavedModels and for the TensorFlow backend. {@code TfNodes} says which class has the words for which family of
 * operations: {@code TfElementwise}, {@code TfMovement} …, and {@code TfFunctions} for text and matrices. An operation that TensorFlow has no words
 * for is an error that names the layer.
 */
package io.argali.converters.tensorflow;
