/** Operations of {@code keras.ops} as nodes of a graph: {@code x * 2}, {@code x[:, -1]}. */
package io.argali.runtime.layer.operation;
