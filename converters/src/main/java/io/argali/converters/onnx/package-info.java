/**
 * Models to ONNX. {@code OnnxNodes} says which class has the words for which family of operations: {@code OnnxElementwise}, {@code
 * OnnxMovement} …, and {@code OnnxFunctions} for text and the like. An operation that is added there appears in every exported model; what ONNX has
 * no words for is an error that names the layer.
 */
package io.argali.converters.onnx;
