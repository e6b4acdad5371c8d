package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of {@link LSTM}. With {@code i, f, g, o} the four blocks of {@code x · kernel + h · recurrent_kernel + bias}, and σ the recurrent
 * activation: {@code c' = σ(f) · c + σ(i) · activation(g)} and {@code h' = σ(o) · activation(c')}. The states are h and c.
 */
public record LSTMCell(
        int units,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        boolean unitForgetBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        double dropout,
        double recurrentDropout,
        @Nullable Integer seed)
        implements Cell {
    public static final LSTMCell DEFAULTS = new LSTMCell(
            1,
            Activation.TANH,
            Activation.SIGMOID,
            true,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ORTHOGONAL,
            WeightOptions.ZEROS,
            0,
            0,
            null);

    @Override
    public Recurrence open(Scope scope, Shape step) {
        Value kernel = scope.weight("kernel", Shape.of(step.last(), 4 * units), this.kernel);
        Value recurrent = scope.weight("recurrent_kernel", Shape.of(units, 4 * units), this.recurrent);
        WeightOptions biasOptions = unitForgetBias ? Cells.withUnitForget(this.bias) : this.bias;
        Value bias = useBias ? scope.weight("bias", Shape.of(4 * units), biasOptions) : null;
        List<TensorType> states = Cells.states(scope, step.dim(0), units, units);
        // With dropout between steps, Keras draws a mask for each gate.
        List<Value> inputMasks = Cells.dropout(scope, dropout, recurrentDropout == 0 ? 1 : 4, step);
        List<Value> stateMasks =
                Cells.dropout(scope, recurrentDropout, 4, states.get(0).shape());
        return new Recurrence() {
            @Override
            public List<TensorType> states() {
                return states;
            }

            @Override
            public Value project(Value x) {
                Value y = Cells.gated(x, kernel, inputMasks, 4, Value::matMul);
                return bias == null ? y : y.add(bias);
            }

            @Override
            public Step step(Value x, List<Value> states) {
                Value z = Cells.gated(states.get(0), recurrent, stateMasks, 4, Value::matMul)
                        .add(x);
                return gates(z, states.get(1), activation, recurrentActivation);
            }
        };
    }

    /** Output and states from the four gates' blocks of the last axis and the carry. */
    static Recurrence.Step gates(Value z, Value carry, Activation activation, Activation recurrentActivation) {
        List<Value> parts = z.split(-1, 4);
        Value i = recurrentActivation.apply(parts.get(0)), f = recurrentActivation.apply(parts.get(1));
        Value c = f.multiply(carry).add(i.multiply(activation.apply(parts.get(2))));
        Value h = recurrentActivation.apply(parts.get(3)).multiply(activation.apply(c));
        return new Recurrence.Step(h, List.of(h, c));
    }
}
