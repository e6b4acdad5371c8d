/** Learning rates that change with the steps. To add one: a record with {@code DEFAULTS}, a row in {@code OptimizerCatalog}, and one in {@code testdata/cases/optimizers.py}. */
@NullMarked
package io.argali.trainer.schedule;

import org.jspecify.annotations.NullMarked;
