/** Programs to begin with; {@code examples/README.md} says how to run them. */
@NullMarked
package io.argali.examples;

import org.jspecify.annotations.NullMarked;
