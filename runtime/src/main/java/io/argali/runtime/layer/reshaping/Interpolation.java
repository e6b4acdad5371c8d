package io.argali.runtime.layer.reshaping;

/** How a resized image gets the values between its pixels. */
public enum Interpolation {
    NEAREST,
    BILINEAR,
    BICUBIC,
    LANCZOS3,
    LANCZOS5,
    GAUSSIAN,
    MITCHELLCUBIC,
    /** The mean of what an output pixel covers. */
    AREA
}
