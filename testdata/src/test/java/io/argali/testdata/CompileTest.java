package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.keras.CompileConfig;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.compile.CompiledLoss;
import io.argali.trainer.compile.CompiledMetrics;
import io.argali.trainer.loss.Losses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What compile makes of losses and metrics is what Keras makes of them: totals of batches, and names and figures of histories. */
class CompileTest {
    @TestFactory
    Stream<DynamicTest> historiesAreKeras() {
        return TrainingGolden.all("compile").stream()
                .map(g -> DynamicTest.dynamicTest(
                        g.name(), () -> check(g, g.rows().get(0))));
    }

    @SuppressWarnings("unchecked")
    private static void check(TrainingGolden g, TrainingGolden.Row row) {
        List<String> outputs =
                (List<String>) Objects.requireNonNull(row.options().get("outputs"));
        List<String> names = (List<String>) Objects.requireNonNull(row.options().get("results"));
        CompileConfig config = CompileConfig.read(g.name(), row.options());
        CompiledLoss loss = config.loss(outputs);
        CompiledMetrics metrics = config.metrics(outputs);
        List<Tensor> lossState = loss.initialState(), metricState = List.of();
        double[] totals = g.array("totals").toDoubleArray();
        Map<String, Double> results = new LinkedHashMap<>();
        for (int b = 0; b < totals.length; b++) {
            List<Tensor> labels = arrays(g, outputs, b, "y_true"), predictions = arrays(g, outputs, b, "y_pred");
            List<Tensor> weights = arrays(g, outputs, b, "weight");
            if (b == 0) metricState = metrics.initialState(values(labels), values(predictions));
            List<Tensor> inputs = new ArrayList<>(lossState);
            for (List<Tensor> more : List.of(metricState, labels, predictions, weights)) inputs.addAll(more);
            int batch = b, l = lossState.size(), m = metricState.size(), n = outputs.size();
            results.clear();
            Tensor[] r = TrainingGolden.run(inputs, v -> {
                List<@Nullable Value> none = Arrays.asList(new Value[n]);
                List<Value> y = v.subList(l + m, l + m + n), p = v.subList(l + m + n, l + m + 2 * n);
                List<@Nullable Value> w =
                        weights.isEmpty() ? none : new ArrayList<>(v.subList(l + m + 2 * n, l + m + 3 * n));
                CompiledLoss.Evaluated e = loss.evaluate(y, p, w, none);
                int samples = predictions.get(0).shape().dim(0);
                List<Value> out = new ArrayList<>(loss.update(v.subList(0, l), e.total(), e, samples, samples));
                out.addAll(metrics.update(v.subList(l, l + m), y, p, w, none));
                Map<String, Value> figures = loss.results(out.subList(0, l));
                figures.putAll(metrics.results(out.subList(l, l + m)));
                out.add(e.total());
                names.forEach(name -> out.add(
                        Objects.requireNonNull(figures.get(name), () -> name + " is not among " + figures.keySet())));
                assertEquals(names.size(), figures.size());
                return out;
            });
            assertEquals(totals[batch], r[l + m].item(), 2e-5 * Math.max(1, totals[batch]), "total of batch " + b);
            lossState = Arrays.asList(r).subList(0, l);
            metricState = Arrays.asList(r).subList(l, l + m);
            for (int i = 0; i < names.size(); i++) results.put(names.get(i), r[l + m + 1 + i].item());
        }
        double[] expected = g.array("results").toDoubleArray();
        for (int i = 0; i < expected.length; i++) {
            double found = Objects.requireNonNull(results.get(names.get(i)));
            assertEquals(expected[i], found, 2e-5 * Math.max(1, Math.abs(expected[i])), names.get(i));
        }
    }

    private static List<Tensor> arrays(TrainingGolden g, List<String> outputs, int batch, String kind) {
        List<Tensor> r = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            String key = batch + "." + i + "." + kind;
            if (g.arrays().containsKey(key)) r.add(g.array(key));
        }
        return r;
    }

    private static List<Value> values(List<Tensor> tensors) {
        return tensors.stream().map(Value::constant).toList();
    }

    @Test
    void unknownLossesAndMetricsAreNamedTogether() {
        Map<String, Object> config =
                Map.of("loss", List.of("mse", "mine"), "metrics", Map.of("a", List.of("accuracy", "yours")));
        Exception e = assertThrows(UnsupportedModelException.class, () -> CompileConfig.read("m.keras", config));
        String message = String.valueOf(e.getMessage());
        assertTrue(
                message.contains("m.keras") && message.contains("\"mine\"") && message.contains("\"yours\""), message);
    }

    @Test
    void lossesForOutputsThatDoNotExistNameBoth() {
        CompileConfig config = CompileConfig.read("m.keras", Map.of("loss", Map.of("c", "mse")));
        Exception e = assertThrows(IllegalArgumentException.class, () -> config.loss(List.of("a", "b")));
        assertEquals("loss names an output \"c\"; the model has [a, b]", e.getMessage());
    }

    @Test
    void keras2ConfigurationsAreRead() {
        Map<String, Object> loss = Map.of(
                "class_name",
                "SparseCategoricalCrossentropy",
                "config",
                Map.of("reduction", "auto", "name", "s", "from_logits", true, "fn", "sparse_categorical_crossentropy"));
        Map<String, Object> metric = Map.of(
                "class_name",
                "MeanMetricWrapper",
                "config",
                Map.of("name", "accuracy", "dtype", "float32", "fn", "binary_accuracy"));
        CompileConfig config = CompileConfig.read("m.h5", Map.of("loss", loss, "metrics", List.of(List.of(metric))));
        assertEquals("s", config.loss(List.of("a")).parts().get(0).loss().name());
        assertEquals("accuracy", config.metrics(List.of("a")).metrics().get(0).name());
    }

    @Test
    void classWeightsFollowTheClass() {
        Map<Integer, Double> weights = Map.of(0, 0.5, 2, 3.0);
        float[] expected = {3, 1, 0.5f};
        Tensor numbers = Tensor.of(new int[] {2, 1, 0}, 3), column = Tensor.of(new float[] {2, 1, 0}, 3, 1);
        Tensor oneHot = Tensor.of(new float[] {0, 0, 1, 0, 1, 0, 1, 0, 0}, 3, 3);
        for (Tensor labels : List.of(numbers, column, oneHot)) {
            Tensor w = Losses.classWeights(labels, weights);
            assertEquals(DType.FLOAT32, w.dtype());
            assertEquals(Tensor.of(expected, 3), w);
        }
    }
}
