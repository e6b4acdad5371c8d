/**
 * The loops that do the arithmetic, over {@code float[]} ranges: matrix product, convolution, pooling, elementwise functions,
 * reductions, transposition.
 *
 * <p>Each family is a small interface. {@code kernel.scalar} has the complete, readable implementation, which defines what a kernel
 * computes; {@code kernel.vector} has a second one with the Vector API, chosen once by {@link io.argali.runtime.kernel.Kernels#best}
 * where the JVM has that module. The tests hold both to the same naive loops in double precision.
 *
 * <p>Kernels share three ideas:
 *
 * <ul>
 *   <li>Weights are packed once, in whatever order the kernel reads them; only the kernel knows that order.
 *   <li>An {@link io.argali.runtime.kernel.Epilogue} sees each block of a result while it is in cache, so bias, activation and
 *       residual addition cost no pass over memory.
 *   <li>{@link io.argali.runtime.kernel.Workers} run the tasks of one call. A kernel decides itself when work is too small to share:
 *       below 20 microseconds it stays on the caller's thread.
 * </ul>
 *
 * <p>To make one faster: write it in {@code kernel.vector}, name it in {@code VectorKernels}, add its sizes to the table in its test,
 * and put a JMH number beside it in {@code benchmarks/results}. What makes Vector API code slow without a word is written down in
 * {@code kernel.vector}'s package description.
 */
@NullMarked
package io.argali.runtime.kernel;

import org.jspecify.annotations.NullMarked;
