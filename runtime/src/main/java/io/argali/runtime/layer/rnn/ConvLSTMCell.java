package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One step of a convolutional LSTM (Shi et al., 2015): an {@link LSTMCell} whose products are convolutions, channels last. (batch, spatial…, n)
 * and states (batch, spatial…, filters).
 *
 * @param rank the number of spatial axes
 */
public record ConvLSTMCell(
        int rank,
        int filters,
        List<Integer> kernelSize,
        List<Integer> strides,
        String padding,
        List<Integer> dilationRate,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        boolean unitForgetBias,
        double dropout,
        double recurrentDropout)
        implements Cell {
    public ConvLSTMCell {
        kernelSize = forAllAxes(kernelSize, rank);
        strides = forAllAxes(strides, rank);
        dilationRate = forAllAxes(dilationRate, rank);
    }

    private static List<Integer> forAllAxes(List<Integer> sizes, int rank) {
        return sizes.size() == 1 ? Collections.nCopies(rank, sizes.get(0)) : List.copyOf(sizes);
    }

    @Override
    public Recurrence open(Scope scope, Shape step) {
        if (step.rank() != rank + 2) {
            throw new ShapeException("expected steps of " + rank + " spatial axes and channels, got " + step);
        }
        Shape window = Shape.of(kernelSize);
        Value kernel = scope.weight("kernel", window.append(step.last(), 4 * filters), this.kernel);
        Value recurrent = scope.weight("recurrent_kernel", window.append(filters, 4 * filters), this.recurrent);
        WeightOptions biasOptions = unitForgetBias ? Cells.withUnitForget(this.bias) : this.bias;
        Value bias = useBias ? scope.weight("bias", Shape.of(4 * filters), biasOptions) : null;
        Op.Window input = window(step, strides, dilationRate, padding);
        Shape state = new Op.Conv(input, 1)
                .infer(List.of(new TensorType(scope.computeType(), step), kernel.type()))
                .get(0)
                .shape()
                .with(-1, filters);
        List<Integer> ones = Collections.nCopies(rank, 1);
        Op.Window own = window(state, ones, ones, "same");
        TensorType type = new TensorType(scope.computeType(), state);
        List<Value> inputMasks = Cells.dropout(scope, dropout, 4, step);
        List<Value> stateMasks = Cells.dropout(scope, recurrentDropout, 4, state);
        return new Recurrence() {
            @Override
            public List<TensorType> states() {
                return List.of(type, type);
            }

            @Override
            public Value project(Value x) {
                Value y = Cells.gated(x, kernel, inputMasks, 4, this::convolveAll);
                return bias == null ? y : y.add(bias);
            }

            /** One convolution for all steps, which are further rows of the batch. */
            private Value convolveAll(Value x, Value k) {
                Shape s = x.shape();
                boolean sequence = s.rank() == rank + 3;
                Value rows = sequence ? x.reshape(s.slice(1, s.rank()).with(0, s.dim(0) * s.dim(1))) : x;
                Value y = rows.conv(k, input, 1);
                return sequence ? y.reshape(y.shape().with(0, s.dim(1)).insert(0, s.dim(0))) : y;
            }

            @Override
            public Step step(Value x, List<Value> states) {
                Value z = Cells.gated(states.get(0), recurrent, stateMasks, 4, (h, k) -> h.conv(k, own, 1))
                        .add(x);
                return LSTMCell.gates(z, states.get(1), activation, recurrentActivation);
            }
        };
    }

    private Op.Window window(Shape x, List<Integer> strides, List<Integer> dilations, String padding) {
        List<Integer> low = new ArrayList<>(), high = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            int n = x.dim(i + 1), s = strides.get(i), span = (kernelSize.get(i) - 1) * dilations.get(i) + 1;
            int total = padding.equals("same") ? Math.max(0, ((n + s - 1) / s - 1) * s + span - n) : 0;
            low.add(total / 2);
            high.add(total - total / 2);
        }
        return new Op.Window(strides, dilations, List.copyOf(low), List.copyOf(high));
    }
}
