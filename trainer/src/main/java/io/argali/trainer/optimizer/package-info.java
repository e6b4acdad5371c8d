/**
 * Optimizers, and {@link io.argali.trainer.optimizer.Updates}, the steps they make.
 *
 * <p>To add one: a record that is an {@link io.argali.trainer.optimizer.UpdateRule}, whose components are the keys of its Keras configuration, with {@code
 * DEFAULTS}; a row in {@code OptimizerCatalog}; a row in {@code testdata/cases/optimizers.py}. State, clipping, decay, averages, loading and saving: nothing to do.
 */
@NullMarked
package io.argali.trainer.optimizer;

import org.jspecify.annotations.NullMarked;
