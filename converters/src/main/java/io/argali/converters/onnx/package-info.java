/**
 * Models to ONNX. {@code OnnxNodes} is the table: an operation that is added there appears in every exported model; what ONNX has no words
 * for is an error that names the layer.
 */
package io.argali.converters.onnx;
