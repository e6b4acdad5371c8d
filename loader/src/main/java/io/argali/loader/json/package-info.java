/**
 * JSON to plain Java values and back ({@link io.argali.loader.json.Json}), in Python's dialect: not-a-number and infinities in,
 * and out the very text that {@code json.dumps} writes, so that what Keras saved comes back byte for byte.
 *
 * <p>Jackson reads, through its streaming core: databind's {@code ObjectMapper} costs 225 to 300 ms before its first value in a
 * fresh JVM, the core about 45, and for plain values there is nothing to bind. Nesting is limited to 500, a key that stands twice is
 * refused.
 */
package io.argali.loader.json;
