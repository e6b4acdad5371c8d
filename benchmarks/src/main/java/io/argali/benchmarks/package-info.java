/**
 * JMH benchmarks, one class per kernel family and one for whole models.
 *
 * <p>A change that claims speed brings its benchmark, and its numbers before and after in the commit message.
 */
package io.argali.benchmarks;
