/** Special functions of mathematics, in float64: by series, continued fractions and recurrences, chosen by where the argument is. */
package io.argali.runtime.special;
