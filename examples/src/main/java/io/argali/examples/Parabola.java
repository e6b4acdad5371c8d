package io.argali.examples;

import io.argali.converters.Models;
import io.argali.converters.Trainings;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.FitOptions;
import io.argali.trainer.History;
import io.argali.trainer.Trainer;
import io.argali.trainer.data.ArrayDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * The first example of many introductions to Keras: 100 points of y = x² + noise, three dense layers, and 1,000 epochs. The layers are linear, so what
 * they find is a line; {@link Curve} finds the parabola.
 */
public final class Parabola {
    static final int POINTS = 100;

    private Parabola() {}

    public static void main(String[] args) {
        Random random = new Random(1);
        float[] x = new float[POINTS], y = new float[POINTS];
        for (int i = 0; i < POINTS; i++) {
            x[i] = -1 + 2f * i / (POINTS - 1);
            y[i] = x[i] * x[i] + 0.05f * (float) random.nextGaussian();
        }

        Model model = Model.of("parabola", Sequential.of(Shape.of(1), Dense.of(10), Dense.of(10), Dense.of(1)), 42);
        Trainer trainer = Trainings.trainer(Trainings.compile(model, "sgd", 0.01, "mse", List.of()), 7);
        ArrayDataset data = ArrayDataset.of(Tensor.of(x, POINTS, 1), Tensor.of(y, POINTS, 1), 32)
                .shuffled(7);
        History history = trainer.fit(data, FitOptions.epochs(1000));

        List<Double> loss = history.get("loss");
        System.out.printf("loss: %.4f after the first epoch, %.4f after the last%n", loss.getFirst(), loss.getLast());
        for (float at : new float[] {-1, -0.5f, 0, 0.5f, 1}) {
            System.out.printf(
                    "x = %4.1f   predicted %6.3f   x² = %5.2f%n",
                    at, trainer.model().predict(new float[] {at})[0], at * at);
        }
        if (args.length > 0) Models.save(trainer.model(), Path.of(args[0])); // Keras loads it
    }
}
