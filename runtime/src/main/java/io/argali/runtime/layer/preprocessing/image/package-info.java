/**
 * Layers that vary images in training, Keras' folder image_preprocessing. A model that predicts leaves images as they are, but for {@code
 * AutoContrast} and {@code ContrastLimitedAdaptiveHistogramEqualization}, which always work.
 */
package io.argali.runtime.layer.preprocessing.image;
