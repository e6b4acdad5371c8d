/**
 * SavedModels: TensorFlow's graphs and functions as layers. {@link io.argali.converters.savedmodel.SavedFunction} is a signature; called, it runs
 * through the functions' nodes and says each with our operations, so that shapes, branches that are known and loops over sequences are gone
 * before the graph is run. To add an operation of TensorFlow, add its row to the family it belongs to ({@code ElementwiseOps} and so on).
 */
@NullMarked
package io.argali.converters.savedmodel;

import org.jspecify.annotations.NullMarked;
