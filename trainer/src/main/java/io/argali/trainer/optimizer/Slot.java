package io.argali.trainer.optimizer;

import io.argali.runtime.tensor.Tensor;

/** A tensor that an optimizer keeps from step to step, with its name and its value before the first step. */
public record Slot(String name, Tensor initial) {}
