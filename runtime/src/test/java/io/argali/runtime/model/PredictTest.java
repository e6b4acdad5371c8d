package io.argali.runtime.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.layer.attention.MultiHeadAttention;
import io.argali.runtime.layer.convolutional.Conv2D;
import io.argali.runtime.layer.convolutional.DepthwiseConv2D;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.layer.normalization.BatchNormalization;
import io.argali.runtime.layer.normalization.LayerNormalization;
import io.argali.runtime.layer.pooling.GlobalAveragePooling2D;
import io.argali.runtime.layer.pooling.MaxPooling2D;
import io.argali.runtime.layer.rnn.LSTM;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PredictTest {
    static Stream<Arguments> models() {
        Model dense = Model.of(
                "dense",
                Sequential.of(
                        Shape.of(70),
                        dense(130, Activation.RELU),
                        dense(64, Activation.TANH),
                        dense(9, Activation.SOFTMAX)),
                1);
        Model convolutional = Model.of(
                "convolutional",
                Sequential.of(
                        Shape.of(21, 18, 3),
                        conv(32, 3, 1, Activation.LINEAR),
                        BatchNormalization.DEFAULTS,
                        conv(48, 3, 1, Activation.RELU),
                        depthwise(3, 1),
                        MaxPooling2D.DEFAULTS,
                        depthwise(5, 2),
                        conv(70, 1, 1, Activation.of("silu")),
                        GlobalAveragePooling2D.DEFAULTS,
                        dense(5, Activation.SOFTMAX)),
                2);
        Model recurrent = Model.of(
                "recurrent",
                Sequential.of(Shape.of(12, 20), LSTM.of(33, true), LSTM.of(16, false), dense(3, Activation.LINEAR)),
                3);
        Symbol x = Symbol.input("x", 24, 32);
        Symbol attention = Symbol.call(MultiHeadAttention.of(2, 16), List.of(x, x), Map.of());
        Symbol y = attention.then(LayerNormalization.DEFAULTS).then(dense(64, Activation.of("gelu")));
        Model transformer = Model.of("transformer", Functional.of(List.of(x), List.of(y)), 4);
        return Stream.of(
                Arguments.of(Named.of("dense", dense), Shape.of(70)),
                Arguments.of(Named.of("convolutional", convolutional), Shape.of(21, 18, 3)),
                Arguments.of(Named.of("recurrent", recurrent), Shape.of(12, 20)),
                Arguments.of(Named.of("transformer", transformer), Shape.of(24, 32)));
    }

    private static Dense dense(int units, Activation activation) {
        return new Dense(units, activation, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS);
    }

    private static Conv2D conv(int filters, int kernel, int stride, Activation activation) {
        return new Conv2D(
                filters,
                List.of(kernel, kernel),
                List.of(stride, stride),
                Padding.SAME,
                DataFormat.CHANNELS_LAST,
                List.of(1, 1),
                1,
                activation,
                true,
                WeightOptions.GLOROT_UNIFORM,
                WeightOptions.ZEROS);
    }

    private static DepthwiseConv2D depthwise(int kernel, int stride) {
        return new DepthwiseConv2D(
                List.of(kernel, kernel),
                List.of(stride, stride),
                Padding.SAME,
                1,
                DataFormat.CHANNELS_LAST,
                List.of(1, 1),
                Activation.of("relu6"),
                true,
                WeightOptions.GLOROT_UNIFORM,
                WeightOptions.ZEROS);
    }

    private static Tensor batch(Shape row, int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[rows * row.size()];
        for (int i = 0; i < x.length; i++) x[i] = random.nextFloat() - 0.5f;
        return Tensor.of(x, row.insert(0, rows).toArray());
    }

    @ParameterizedTest
    @MethodSource("models")
    void theNumberOfThreadsChangesNoBit(Model model, Shape row) {
        for (int rows : new int[] {1, 3, 40}) {
            Tensor x = batch(row, rows, rows);
            float[] expected =
                    model.withBackend(CpuBackend.withThreads(1)).predict(x).toFloatArray();
            for (int threads : new int[] {2, 3, 5}) {
                assertArrayEquals(
                        expected,
                        model.withBackend(CpuBackend.withThreads(threads))
                                .predict(x)
                                .toFloatArray());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void manyThreadsMayPredictAtOnce(Model model, Shape row) throws Exception {
        Model shared = model.withBackend(CpuBackend.withThreads(3));
        List<Tensor> inputs = new ArrayList<>();
        List<float[]> expected = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            inputs.add(batch(row, 1 + i % 3, i));
            expected.add(shared.predict(inputs.get(i)).toFloatArray());
        }
        try (ExecutorService callers = Executors.newFixedThreadPool(6)) {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int caller = 0; caller < 6; caller++) {
                int first = caller;
                work.add(() -> {
                    for (int i = 0; i < 25; i++) {
                        int n = (first + i) % 6;
                        assertArrayEquals(
                                expected.get(n), shared.predict(inputs.get(n)).toFloatArray());
                    }
                    return 25;
                });
            }
            for (Future<Integer> done : callers.invokeAll(work)) assertEquals(25, done.get());
        }
    }
}
