package io.argali.runtime.model;

import java.util.List;
import java.util.Map;

/**
 * One call of a layer in a {@link Functional} model.
 *
 * @param call the how-manieth call of this layer, from 0
 * @param arguments positional arguments: {@link Ref}s, numbers, strings, lists and maps of them
 */
public record LayerCall(String layer, int call, List<?> arguments, Map<String, ?> keywords) {}
