package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.converters.keras.CompileConfig;
import io.argali.converters.keras.LossCatalog;
import io.argali.runtime.layer.Activations;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.autodiff.Backprop;
import io.argali.trainer.loss.Loss;
import io.argali.trainer.loss.Losses;
import java.util.ArrayList;
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

/** Every loss, and its gradient by the outputs or the logits behind them, is Keras' on TensorFlow. */
class LossTest {
    @TestFactory
    Stream<DynamicTest> lossesAndGradientsAreKeras() {
        return TrainingGolden.all("losses").stream()
                .map(g -> DynamicTest.dynamicTest(
                        g.name(), () -> assertEquals(List.of(), g.differences(r -> difference(g, r)))));
    }

    @Test
    void everyLossHasACase() {
        Set<String> tested = TrainingGolden.all("losses").stream()
                .flatMap(g -> g.rows().stream())
                .map(r ->
                        (String) ((Map<?, ?>) Objects.requireNonNull(r.options().get("loss"))).get("class_name"))
                .collect(Collectors.toSet());
        List<String> missing = LossCatalog.standard().rows().stream()
                .map(LossCatalog.Row::className)
                .filter(n ->
                        !n.isEmpty() && !tested.contains(n)) // the one without a class stands for three that have cases
                .toList();
        assertEquals(List.of(), missing);
    }

    private static @Nullable String difference(TrainingGolden g, TrainingGolden.Row row) {
        Loss loss = (Loss) Objects.requireNonNull(
                CompileConfig.read(g.name(), row.options()).loss());
        String input = row.text("input"), through = row.text("through");
        List<Tensor> inputs = new ArrayList<>(List.of(g.array(input + ".y_true"), g.array(input + ".y_pred")));
        Tensor weight = g.arrayOrNull(row.text("weight")), mask = g.arrayOrNull(row.text("mask"));
        if (weight != null) inputs.add(weight);
        if (mask != null) inputs.add(mask);
        Tensor[] r = TrainingGolden.run(inputs, v -> {
            Value x = v.get(1);
            Value y = through == null ? x : through.equals("softmax") ? Activations.softmax(x, -1) : x.sigmoid();
            Value value = Losses.of(
                    loss, v.get(0), y, weight == null ? null : v.get(2), mask == null ? null : v.get(v.size() - 1));
            return List.of(value, Backprop.gradients(value, List.of(x)).get(0));
        });
        String d = TrainingGolden.difference(g.array(row.number() + ".value"), r[0]);
        if (d != null) return "value, " + d;
        d = TrainingGolden.difference(g.array(row.number() + ".gradient"), r[1]);
        return d == null ? null : "gradient, " + d;
    }
}
