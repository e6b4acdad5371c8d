/**
 * Kernels written with the Vector API. Nothing here may be loaded unless module jdk.incubator.vector is present.
 *
 * <p>Almost all the time of a model goes through {@code Tiles}: one inner loop serves matrix products, convolutions of every shape,
 * their input gradients and their kernel gradients, which differ only in the tables that say where rows begin and where the steps
 * along k lead. One loop is also what warms up fast: a cold JVM compiles it once for the whole model.
 *
 * <p>Rules, each bought with a measurement (benchmarks/results):
 *
 * <ul>
 *   <li>Vectors are local variables of one method. As a parameter, field, array element or in a lambda, a vector that is not inlined
 *       away is boxed: a factor of 8. {@code -prof gc} must show 0 bytes an operation.
 *   <li>A tile must fit the register file: 16 accumulators with AVX-512, 12 with AVX2. Spilling costs a factor of 2.
 *   <li>Loops count with an {@code int} to a bound that does not change, and a method stays below 8000 bytecodes, or HotSpot does not
 *       compile it.
 *   <li>Loads are dear: a Java array's data starts 16 bytes into a line, so most 64-byte loads straddle two lines and cost double.
 *       Keep in registers what is used again ({@code Depthwise3x3}: twice as fast as loading each tap).
 *   <li>Where n is no multiple of the vector, repeat or overlap the last row or vector where that writes the same values again; mask
 *       otherwise.
 * </ul>
 */
@NullMarked
package io.argali.runtime.kernel.vector;

import org.jspecify.annotations.NullMarked;
