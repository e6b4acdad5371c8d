/** What Keras' {@code compile} makes of losses and metrics: which belong to which output, how they are weighted, and what histories call them. */
@NullMarked
package io.argali.trainer.compile;

import org.jspecify.annotations.NullMarked;
