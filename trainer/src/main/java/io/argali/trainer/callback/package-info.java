/**
 * What watches training and may steer it. One's own implements {@link io.argali.trainer.callback.Callback}; what it may see and change is a
 * {@link io.argali.trainer.callback.Training}.
 */
package io.argali.trainer.callback;
