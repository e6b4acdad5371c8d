package io.argali.runtime.layer.preprocessing.image;

/** Limits the boxes of an image, which models do not see. (batch, h, w, channels) → (batch, h, w, channels) */
public record MaxNumBoundingBoxes(int maxNumber, int fillValue) implements Augmentation {
    public static final MaxNumBoundingBoxes DEFAULTS = new MaxNumBoundingBoxes(0, -1);
}
