package io.argali.trainer.callback;

import io.argali.runtime.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ends training when the loss is not a finite number. Source: Keras' {@code TerminateOnNaN}. Asked to name the layer ({@link #naming}), it keeps the weights
 * of the step before and looks for the first layer that made something else than a number.
 */
public final class TerminateOnNaN implements Callback {
    private final boolean raiseError;
    private final boolean naming;

    private int epoch;
    private @Nullable Map<String, Tensor> before;
    private @Nullable String message;

    private TerminateOnNaN(boolean raiseError, boolean naming) {
        this.raiseError = raiseError;
        this.naming = naming;
    }

    /**
     * Ends training quietly, or with an exception.
     *
     * @param raiseError whether {@code fit} throws {@link IllegalStateException}
     */
    public TerminateOnNaN(boolean raiseError) {
        this(raiseError, false);
    }

    /** Throws, and names the layer; costs a copy of the weights each step. */
    public static TerminateOnNaN naming() {
        return new TerminateOnNaN(true, true);
    }

    /** What happened and where; null if nothing. */
    public @Nullable String message() {
        return message;
    }

    @Override
    public void onTrainBegin(Training training) {
        message = null;
        before = naming ? training.weights() : null;
    }

    @Override
    public void onEpochBegin(Training training, int epoch) {
        this.epoch = epoch;
    }

    @Override
    public void onBatchEnd(Training training, int step, Map<String, Double> logs) {
        Double loss = logs.get("loss");
        if (loss == null || Double.isFinite(loss)) {
            if (naming) before = training.weights();
            return;
        }
        String cause = before == null ? "" : ": " + training.firstNotFinite(before);
        message = "the loss is " + PythonFormat.repr(loss) + " at step " + (step + 1) + " of epoch " + (epoch + 1)
                + cause + "; try a lower learning rate or look at the data";
        if (raiseError) throw new IllegalStateException(message);
        training.stop();
    }
}
