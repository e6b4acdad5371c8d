/**
 * TensorFlow Java as an engine: {@code model.withBackend(TensorFlowBackend.create(Options.DEFAULTS))}. The graph is the one that the SIMD
 * kernels run, written by the converters' table of nodes.
 */
package io.argali.tensorflow;
