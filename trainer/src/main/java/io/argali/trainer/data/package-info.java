/** Batches for training. A source of your own implements {@link io.argali.trainer.data.Dataset}, or is any Iterable in a {@link io.argali.trainer.data.StreamDataset}. */
package io.argali.trainer.data;
