/** What every export shares: a model's graph with its unknown lengths as formulas, and its weights folded as far as they go. */
package io.argali.converters.export;
