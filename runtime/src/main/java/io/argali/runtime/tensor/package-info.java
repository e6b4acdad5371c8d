/**
 * Values: {@link io.argali.runtime.tensor.Tensor} and its type. Always dense and row-major: strided views would double every kernel, so
 * operations carry flags instead.
 */
package io.argali.runtime.tensor;
