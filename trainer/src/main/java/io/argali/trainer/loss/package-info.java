/**
 * Keras' losses. A loss is a record of its configuration; its formula stands in {@code LossFunctions}, what all have in common in {@code Losses},
 * what {@code compile} makes of them in {@code CompiledLoss}.
 *
 * <p>To add one: a record like {@code Huber}, a row in the converters' {@code LossCatalog}, a row in {@code testdata/cases/losses.py}.
 */
@NullMarked
package io.argali.trainer.loss;

import org.jspecify.annotations.NullMarked;
