package io.argali.examples;

import io.argali.converters.Trainings;
import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.FitOptions;
import io.argali.trainer.History;
import io.argali.trainer.Trainer;
import io.argali.trainer.callback.EarlyStopping;
import io.argali.trainer.data.ArrayDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** The points of {@link Parabola} and a net that bends: it finds the curve, stops by itself, and draws what it learnt. */
public final class Curve {
    private Curve() {}

    public static void main(String[] args) throws IOException {
        Random random = new Random(1);
        float[] x = new float[Parabola.POINTS], y = new float[Parabola.POINTS];
        for (int i = 0; i < x.length; i++) {
            x[i] = -1 + 2 * random.nextFloat();
            y[i] = x[i] * x[i] + 0.05f * (float) random.nextGaussian();
        }

        Activation tanh = Activation.of("tanh");
        Model model =
                Model.of("curve", Sequential.of(Shape.of(1), Dense.of(16, tanh), Dense.of(16, tanh), Dense.of(1)), 42);
        Trainer trainer = Trainings.trainer(Trainings.compile(model, "adam", 0.01, "mse", List.of("mae")), 7);
        List<ArrayDataset> parts = ArrayDataset.of(Tensor.of(x, x.length, 1), Tensor.of(y, y.length, 1), 20)
                .shuffled(7)
                .split(0.2);
        History history = trainer.fit(
                parts.get(0),
                FitOptions.epochs(1000)
                        .validatedOn(parts.get(1))
                        .with(EarlyStopping.on("val_loss", 50).restoringBest()));

        System.out.printf("%d epochs; %s%n", history.get("loss").size(), trainer.evaluate(parts.get(1)));
        float[] at = new float[201];
        for (int i = 0; i < at.length; i++) at[i] = -1 + 0.01f * i;
        float[] predicted = trainer.model().predict(Tensor.of(at, at.length, 1)).toFloatArray();
        Path file = Path.of(args.length > 0 ? args[0] : "curve.svg");
        Files.writeString(file, Plot.of(x, y, at, predicted, history));
        System.out.println("drawn in " + file);
    }
}
