package io.argali.runtime.layer.operation;

import org.jspecify.annotations.Nullable;

/** Python's {@code start:stop:step}. */
public record SliceArgument(
        @Nullable Integer start,
        @Nullable Integer stop,
        @Nullable Integer step) {}
