package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One step of {@link SimpleRNN}: {@code h' = activation(x · kernel + h · recurrent_kernel + bias)}. */
public record SimpleRNNCell(
        int units,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        double dropout,
        double recurrentDropout,
        @Nullable Integer seed)
        implements Cell {
    public static final SimpleRNNCell DEFAULTS = new SimpleRNNCell(
            1,
            Activation.TANH,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ORTHOGONAL,
            WeightOptions.ZEROS,
            0,
            0,
            null);

    @Override
    public List<String> parameters() {
        return List.of("sequence", "states");
    }

    @Override
    public Recurrence open(Scope scope, Shape step) {
        Value kernel = scope.weight("kernel", Shape.of(step.last(), units), this.kernel);
        Value recurrent = scope.weight("recurrent_kernel", Shape.of(units, units), this.recurrent);
        Value bias = useBias ? scope.weight("bias", Shape.of(units), this.bias) : null;
        List<TensorType> states = Cells.states(scope, step.dim(0), units);
        List<Value> inputMask = Cells.dropout(scope, dropout, 1, step);
        List<Value> stateMask =
                Cells.dropout(scope, recurrentDropout, 1, states.get(0).shape());
        return new Recurrence() {
            @Override
            public List<TensorType> states() {
                return states;
            }

            @Override
            public Value project(Value x) {
                Value y = Cells.gated(x, kernel, inputMask, 1, Value::matMul);
                return bias == null ? y : y.add(bias);
            }

            @Override
            public Step step(Value x, List<Value> states) {
                Value y = activation.apply(Cells.gated(states.get(0), recurrent, stateMask, 1, Value::matMul)
                        .add(x));
                return new Step(y, List.of(y));
            }
        };
    }
}
