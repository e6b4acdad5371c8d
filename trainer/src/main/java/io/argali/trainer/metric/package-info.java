/**
 * Keras' metrics. A metric is a record of its configuration with a state of a few tensors; most are means of a function of labels and outputs
 * ({@code MeanMetric}). What {@code compile} makes of them is in {@code CompiledMetrics}.
 *
 * <p>To add one: a record like {@code BinaryAccuracy}, a row in the converters' {@code MetricCatalog}, a row in
 * {@code testdata/cases/metrics.py}.
 */
@NullMarked
package io.argali.trainer.metric;

import org.jspecify.annotations.NullMarked;
