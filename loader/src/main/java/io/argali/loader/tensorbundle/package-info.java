/**
 * TensorBundles, which TensorFlow keeps the variables of SavedModels and checkpoints in: an index, which is a sorted table as LevelDB writes
 * it, and shards of plain bytes. {@link io.argali.loader.tensorbundle.TensorBundle} maps the shards and copies nothing but variables that are
 * stored in parts; every checksum is verified before its bytes are used.
 */
@NullMarked
package io.argali.loader.tensorbundle;

import org.jspecify.annotations.NullMarked;
