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
 * One step of {@link GRU}: {@code h' = z · h + (1 - z) · activation(x_h + …)} with the update gate z and the reset gate r, which multiplies h
 * after the product with the recurrent kernel, or before it.
 *
 * @param resetAfter whether r comes after the product; then there are two biases, for the input and for h
 */
public record GRUCell(
        int units,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        double dropout,
        double recurrentDropout,
        boolean resetAfter,
        @Nullable Integer seed)
        implements Cell {
    public static final GRUCell DEFAULTS = new GRUCell(
            1,
            Activation.TANH,
            Activation.SIGMOID,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ORTHOGONAL,
            WeightOptions.ZEROS,
            0,
            0,
            true,
            null);

    @Override
    public Recurrence open(Scope scope, Shape step) {
        Value kernel = scope.weight("kernel", Shape.of(step.last(), 3 * units), this.kernel);
        Value recurrent = scope.weight("recurrent_kernel", Shape.of(units, 3 * units), this.recurrent);
        Shape biasShape = resetAfter ? Shape.of(2, 3 * units) : Shape.of(3 * units);
        Value biases = useBias ? scope.weight("bias", biasShape, this.bias) : null;
        Value bias = biases != null && resetAfter ? biases.at(0, 0) : biases;
        Value recurrentBias = biases != null && resetAfter ? biases.at(0, 1) : null;
        List<TensorType> states = Cells.states(scope, step.dim(0), units);
        // With dropout between steps, Keras draws a mask for each gate.
        List<Value> inputMasks = Cells.dropout(scope, dropout, recurrentDropout == 0 ? 1 : 3, step);
        List<Value> stateMasks =
                Cells.dropout(scope, recurrentDropout, 3, states.get(0).shape());
        return new Recurrence() {
            @Override
            public List<TensorType> states() {
                return states;
            }

            @Override
            public Value project(Value x) {
                Value y = Cells.gated(x, kernel, inputMasks, 3, Value::matMul);
                return bias == null ? y : y.add(bias);
            }

            @Override
            public Step step(Value x, List<Value> states) {
                Value h = states.get(0);
                Value y = resetAfter ? resetAfter(x, h) : resetBefore(x, h);
                return new Step(y, List.of(y));
            }

            private Value resetAfter(Value x, Value h) {
                Value inner = Cells.gated(h, recurrent, stateMasks, 3, Value::matMul);
                if (recurrentBias != null) inner = inner.add(recurrentBias);
                List<Value> in = x.split(-1, 3), own = inner.split(-1, 3);
                Value z = recurrentActivation.apply(in.get(0).add(own.get(0)));
                Value r = recurrentActivation.apply(in.get(1).add(own.get(1)));
                return mix(z, h, activation.apply(in.get(2).add(r.multiply(own.get(2)))));
            }

            private Value resetBefore(Value x, Value h) {
                List<Value> in = x.split(-1, 3);
                List<Value> masks = stateMasks == null ? null : stateMasks.subList(0, 2);
                Value own = Cells.gated(h, recurrent.slice(1, 0, 2 * units), masks, 2, Value::matMul);
                Value gates =
                        recurrentActivation.apply(x.slice(-1, 0, 2 * units).add(own));
                Value z = gates.slice(-1, 0, units), r = gates.slice(-1, units, 2 * units);
                Value reset = Cells.apply(stateMasks == null ? null : stateMasks.get(2), h)
                        .multiply(r);
                Value candidate =
                        reset.matMul(recurrent.slice(1, 2 * units, 3 * units)).add(in.get(2));
                return mix(z, h, activation.apply(candidate));
            }
        };
    }

    private static Value mix(Value z, Value h, Value candidate) {
        return z.multiply(h).add(z.subtractFrom(1).multiply(candidate));
    }
}
