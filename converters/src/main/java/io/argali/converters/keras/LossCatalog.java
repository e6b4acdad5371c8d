package io.argali.converters.keras;

import io.argali.trainer.loss.BinaryCrossentropy;
import io.argali.trainer.loss.BinaryFocalCrossentropy;
import io.argali.trainer.loss.CTC;
import io.argali.trainer.loss.CategoricalCrossentropy;
import io.argali.trainer.loss.CategoricalFocalCrossentropy;
import io.argali.trainer.loss.CategoricalGeneralizedCrossEntropy;
import io.argali.trainer.loss.CategoricalHinge;
import io.argali.trainer.loss.Circle;
import io.argali.trainer.loss.CosineSimilarity;
import io.argali.trainer.loss.Crossentropy;
import io.argali.trainer.loss.Dice;
import io.argali.trainer.loss.Hinge;
import io.argali.trainer.loss.Huber;
import io.argali.trainer.loss.KLDivergence;
import io.argali.trainer.loss.LogCosh;
import io.argali.trainer.loss.Loss;
import io.argali.trainer.loss.MeanAbsoluteError;
import io.argali.trainer.loss.MeanAbsolutePercentageError;
import io.argali.trainer.loss.MeanSquaredError;
import io.argali.trainer.loss.MeanSquaredLogarithmicError;
import io.argali.trainer.loss.Poisson;
import io.argali.trainer.loss.SparseCategoricalCrossentropy;
import io.argali.trainer.loss.SquaredHinge;
import io.argali.trainer.loss.Tversky;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The losses that files may name: Keras' class, the names of its function, and a record with Keras' defaults. */
public final class LossCatalog {
    /**
     * A loss.
     *
     * @param className what Keras calls the class; for your own, {@code package>Name}, as it was registered
     * @param functions what {@code compile(loss=…)} may say as well; histories then use that name
     */
    public record Row(String className, Loss defaults, List<String> functions) {}

    private static final LossCatalog STANDARD = new LossCatalog(List.of(
            loss("MeanSquaredError", MeanSquaredError.DEFAULTS, "mean_squared_error", "mse", "MSE"),
            loss("MeanAbsoluteError", MeanAbsoluteError.DEFAULTS, "mean_absolute_error", "mae", "MAE"),
            loss(
                    "MeanAbsolutePercentageError",
                    MeanAbsolutePercentageError.DEFAULTS,
                    "mean_absolute_percentage_error",
                    "mape",
                    "MAPE"),
            loss(
                    "MeanSquaredLogarithmicError",
                    MeanSquaredLogarithmicError.DEFAULTS,
                    "mean_squared_logarithmic_error",
                    "msle",
                    "MSLE"),
            loss("CosineSimilarity", CosineSimilarity.DEFAULTS, "cosine_similarity"),
            loss("Huber", Huber.DEFAULTS, "huber"),
            loss("LogCosh", LogCosh.DEFAULTS, "log_cosh", "logcosh"),
            loss("Hinge", Hinge.DEFAULTS, "hinge"),
            loss("SquaredHinge", SquaredHinge.DEFAULTS, "squared_hinge"),
            loss("CategoricalHinge", CategoricalHinge.DEFAULTS, "categorical_hinge"),
            loss("BinaryCrossentropy", BinaryCrossentropy.DEFAULTS, "binary_crossentropy", "bce", "BCE"),
            loss("BinaryFocalCrossentropy", BinaryFocalCrossentropy.DEFAULTS, "binary_focal_crossentropy"),
            loss("CategoricalCrossentropy", CategoricalCrossentropy.DEFAULTS, "categorical_crossentropy"),
            loss(
                    "CategoricalFocalCrossentropy",
                    CategoricalFocalCrossentropy.DEFAULTS,
                    "categorical_focal_crossentropy"),
            loss(
                    "SparseCategoricalCrossentropy",
                    SparseCategoricalCrossentropy.DEFAULTS,
                    "sparse_categorical_crossentropy"),
            loss(
                    "CategoricalGeneralizedCrossEntropy",
                    CategoricalGeneralizedCrossEntropy.DEFAULTS,
                    "categorical_generalized_cross_entropy"),
            loss("KLDivergence", KLDivergence.DEFAULTS, "kl_divergence", "kld", "KLD", "kullback_leibler_divergence"),
            loss("Poisson", Poisson.DEFAULTS, "poisson"),
            loss("Dice", Dice.DEFAULTS, "dice"),
            loss("Tversky", Tversky.DEFAULTS, "tversky"),
            loss("Circle", Circle.DEFAULTS, "circle"),
            loss("CTC", CTC.DEFAULTS, "ctc"),
            // Binary, categorical or sparse, as the shapes say.
            loss("", Crossentropy.DEFAULTS, "crossentropy", "ce")));

    private final Map<String, Row> byClass = new LinkedHashMap<>();
    private final Map<String, Row> byFunction = new LinkedHashMap<>();

    private LossCatalog(List<Row> rows) {
        for (Row row : rows) {
            if (!row.className.isEmpty()) byClass.put(row.className, row);
            for (String f : row.functions) byFunction.put(f, row);
        }
    }

    /** Keras' own losses. */
    public static LossCatalog standard() {
        return STANDARD;
    }

    /** A row. */
    public static Row loss(String className, Loss defaults, String... functions) {
        return new Row(className, defaults, List.of(functions));
    }

    /** This catalogue with a row added or replaced. */
    public LossCatalog plus(Row row) {
        List<Row> rows = new ArrayList<>(rows());
        rows.add(row);
        return new LossCatalog(rows);
    }

    /** All rows, once each. */
    public List<Row> rows() {
        return Stream.concat(byClass.values().stream(), byFunction.values().stream())
                .distinct()
                .toList();
    }

    /**
     * The loss that {@code compile(loss=name)} means.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public Loss get(String name) {
        Loss found = find(name);
        if (found == null)
            throw new IllegalArgumentException("unknown loss \"" + name + "\"; known: " + byFunction.keySet());
        return found;
    }

    @Nullable
    Loss find(String name) {
        Row ofClass = byClass.get(name);
        if (ofClass != null) return ofClass.defaults;
        boolean crossentropy = name.equalsIgnoreCase("crossentropy") || name.equalsIgnoreCase("ce");
        Row function = byFunction.get(crossentropy ? "crossentropy" : name);
        return function == null ? null : CompileConfig.named(function.defaults, name);
    }

    @Nullable
    Row ofClass(String className) {
        return byClass.get(className);
    }

    @Nullable
    Row ofFunction(String name) {
        return byFunction.get(name);
    }
}
