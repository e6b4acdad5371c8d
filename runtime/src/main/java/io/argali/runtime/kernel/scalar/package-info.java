/**
 * Kernels in plain Java: complete, readable, and the definition that faster ones must agree with. They also run where the JVM has no
 * Vector API, so their inner loops are written for HotSpot to vectorise by itself: contiguous, one array written, all arrays indexed
 * alike (see {@code ProductBlock}).
 */
@NullMarked
package io.argali.runtime.kernel.scalar;

import org.jspecify.annotations.NullMarked;
