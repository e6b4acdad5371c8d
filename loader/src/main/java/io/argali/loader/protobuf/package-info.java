/**
 * TensorFlow's messages, generated from the files in {@code src/main/proto}: graphs, SavedModels, object graphs, TensorBundles and Keras 2's
 * metadata. To read one more field, add it there with TensorFlow's number; fields that are not named are kept unread and written back.
 */
@NullUnmarked
package io.argali.loader.protobuf;

import org.jspecify.annotations.NullUnmarked;
