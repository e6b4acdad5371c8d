package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.converters.keras.CompileConfig;
import io.argali.converters.keras.MetricCatalog;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.metric.Metric;
import io.argali.trainer.metric.ValueMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every metric is Keras' on TensorFlow after each batch. */
class MetricTest {
    @TestFactory
    Stream<DynamicTest> metricsAreKeras() {
        return TrainingGolden.all("metrics").stream()
                .map(g -> DynamicTest.dynamicTest(
                        g.name(), () -> assertEquals(List.of(), g.differences(r -> difference(g, r)))));
    }

    @Test
    void everyMetricHasACase() {
        Set<String> tested = TrainingGolden.all("metrics").stream()
                .flatMap(g -> g.rows().stream())
                .map(r ->
                        (String) ((Map<?, ?>) Objects.requireNonNull(r.options().get("metrics"))).get("class_name"))
                .collect(Collectors.toSet());
        List<String> missing = MetricCatalog.standard().rows().stream()
                .map(MetricCatalog.Row::className)
                .filter(n -> !tested.contains(n))
                .toList();
        assertEquals(List.of(), missing);
    }

    private static @Nullable String difference(TrainingGolden g, TrainingGolden.Row row) {
        Metric metric = (Metric) Objects.requireNonNull(
                CompileConfig.read(g.name(), row.options()).metrics());
        Tensor expected = g.array(Integer.toString(row.number()));
        List<Tensor> state = List.of();
        for (int b = 0; b < expected.shape().dim(0); b++) {
            String batch = row.text("input") + "." + b + ".";
            Tensor yTrue = g.array(batch + "y_true"), yPred = g.array(batch + "y_pred");
            Tensor weight = row.text("weight") == null ? null : g.array(batch + row.text("weight"));
            Tensor mask = row.options().containsKey("mask") ? g.array(batch + "mask") : null;
            if (b == 0) state = metric.initialState(yTrue.type(), yPred.type());
            assertEquals(metric.stateSize(), state.size());
            Tensor[] r = step(metric, state, yTrue, yPred, weight, mask);
            state = Arrays.asList(r).subList(0, state.size());
            String d = TrainingGolden.difference(slice(expected, b), r[r.length - 1]);
            if (d != null) return "batch " + b + ", " + d;
        }
        return null;
    }

    private static Tensor[] step(
            Metric metric,
            List<Tensor> state,
            Tensor yTrue,
            Tensor yPred,
            @Nullable Tensor weight,
            @Nullable Tensor mask) {
        List<Tensor> inputs = new ArrayList<>(state);
        inputs.addAll(List.of(yTrue, yPred));
        if (weight != null) inputs.add(weight);
        if (mask != null) inputs.add(mask);
        int n = state.size();
        return TrainingGolden.run(inputs, v -> {
            Value w = weight == null ? null : v.get(n + 2), m = mask == null ? null : v.get(v.size() - 1);
            List<Value> next = metric instanceof ValueMetric of
                    ? of.update(v.subList(0, n), v.get(n + 1), w)
                    : metric.update(v.subList(0, n), v.get(n), v.get(n + 1), w, m);
            List<Value> out = new ArrayList<>(next);
            for (int i = 0; i < n; i++)
                assertEquals(state.get(i).type(), next.get(i).type());
            out.add(metric.result(next));
            return out;
        });
    }

    private static Tensor slice(Tensor t, int i) {
        double[] all = t.toDoubleArray();
        int n = all.length / t.shape().dim(0);
        return Tensor.of(Arrays.copyOfRange(all, i * n, i * n + n), n)
                .reshape(t.shape().slice(1, t.shape().rank()));
    }
}
