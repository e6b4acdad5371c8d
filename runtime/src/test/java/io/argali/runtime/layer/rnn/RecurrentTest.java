package io.argali.runtime.layer.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.normalization.BatchNormalization;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.model.Trace;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Loops;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecurrentTest {
    private static final Tensor TWO_STEPS = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);

    private static Model stateful() {
        LSTM d = LSTM.of(3, false);
        RNN layer = new RNN(Instance.of("lstm_cell", d.cell()), false, false, false, true, false, false);
        return Model.of("m", Sequential.of(Shape.of(2, 2), layer), 1);
    }

    @Test
    void statesGoFromPredictionToPredictionUntilReset() {
        Model m = stateful();
        float[] first = m.predict(TWO_STEPS).floats().clone(),
                second = m.predict(TWO_STEPS).floats().clone();
        assertThrows(AssertionError.class, () -> assertArrayEquals(first, second, 1e-3f));
        m.resetStates();
        assertArrayEquals(first, m.predict(TWO_STEPS).floats());
    }

    @Test
    void anotherBatchSizeIsRefusedUntilReset() {
        Model m = stateful();
        m.predict(TWO_STEPS);
        Tensor one = Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2);
        assertThrows(ShapeException.class, () -> m.predict(one));
        m.resetStates();
        assertEquals(Shape.of(1, 3), m.predict(one).shape());
    }

    @Test
    void statesAreNoWeights() {
        assertEquals(3, stateful().weights().paths().size());
    }

    @Test
    void resultsDependOnNoNumberOfThreads() {
        Model m = Model.of("m", Sequential.of(Shape.of(20, 8), LSTM.of(40, true), LSTM.of(24, false)), 1);
        float[] x = new float[19 * 20 * 8];
        for (int i = 0; i < x.length; i++) x[i] = (float) Math.sin(i);
        Tensor batch = Tensor.of(x, 19, 20, 8);
        float[] one = m.withBackend(CpuBackend.withThreads(1)).predict(batch).floats();
        for (int threads = 2; threads <= 4; threads++)
            assertArrayEquals(
                    one,
                    m.withBackend(CpuBackend.withThreads(threads))
                            .predict(batch)
                            .floats());
    }

    @Test
    void inputsOfAllStepsAreProjectedBeforeTheLoop() {
        Value x = Value.parameter("x", TensorType.of(DType.FLOAT32, 2, 7, 5));
        Graph g = Trace.of(Instance.of("lstm", LSTM.of(3, true)), List.of(x), false)
                .graph();
        Op.Scan scan = g.nodes().stream()
                .map(n -> n.op())
                .filter(Op.Scan.class::isInstance)
                .map(Op.Scan.class::cast)
                .findFirst()
                .orElseThrow();
        assertEquals(
                1,
                scan.body().nodes().stream()
                        .filter(n -> n.op() instanceof Op.MatMul)
                        .count());
        assertEquals(
                0,
                g.nodes().stream().filter(n -> n.op() instanceof Op.Transpose).count());
    }

    @Test
    void batchStatisticsAreThoseOfEachStep() {
        Value x = Value.parameter("x", TensorType.of(DType.FLOAT32, 4, 3, 2));
        Instance layer = Instance.of("steps", new TimeDistributed(Instance.of("bn", BatchNormalization.DEFAULTS)));
        Trace training = Trace.of(layer, List.of(x), true), inference = Trace.of(layer, List.of(x), false);
        assertEquals(3, steps(training));
        assertEquals(1, steps(inference));
    }

    private static long steps(Trace t) {
        return t.calls().stream()
                .filter(c -> c.layer() instanceof BatchNormalization)
                .count();
    }

    @Test
    void stackedCellsEqualLayersOneBehindTheOther() {
        LSTM a = LSTM.of(3, true), b = LSTM.of(2, false);
        Model stacked =
                Model.of("m", Sequential.of(Shape.of(2, 2), RNN.of(StackedRNNCells.of(a.cell(), b.cell()), false)), 1);
        Model chained = Model.of("m", Sequential.of(Shape.of(2, 2), a, b), 1);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (int i = 0; i < 6; i++)
            weights.put(
                    chained.weights().paths().get(i),
                    stacked.weights().get(stacked.weights().paths().get(i)));
        assertArrayEquals(
                stacked.predict(TWO_STEPS).floats(),
                chained.withWeights(chained.weights().with(weights))
                        .predict(TWO_STEPS)
                        .floats(),
                1e-6f);
    }

    @Test
    void carriesMayChangePlaces() {
        Value a = Value.parameter("a", TensorType.of(DType.FLOAT32, 1)),
                b = Value.parameter("b", TensorType.of(DType.FLOAT32, 1));
        Value x = Value.parameter("x", TensorType.of(DType.FLOAT32, 3, 1));
        // Fibonacci: (a, b) → (b, a + b).
        Loops.Result r = Loops.scan(
                List.of(a, b),
                List.of(x),
                3,
                0,
                false,
                in -> new Loops.Step(
                        List.of(
                                in.carries().get(1),
                                in.carries().get(0).add(in.carries().get(1))),
                        List.of()));
        Tensor[] y = CpuBackend.best()
                .compiler(path -> {
                    throw new AssertionError(path);
                })
                .compile(new Graph(List.of(a, b, x), r.carries()))
                .run(List.of(
                        Tensor.of(new float[] {1}, 1), Tensor.of(new float[] {1}, 1), Tensor.of(new float[3], 3, 1)));
        assertEquals(3, y[0].item());
        assertEquals(5, y[1].item());
    }
}
