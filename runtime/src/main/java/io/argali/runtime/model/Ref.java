package io.argali.runtime.model;

/** A tensor in a {@link Functional} model: which layer made it, in which of its calls, and which of its results it is. */
public record Ref(String layer, int call, int output) {}
