/** Little-endian numbers in segments of any size; for this module's readers only, and not exported. */
package io.argali.loader.bytes;
