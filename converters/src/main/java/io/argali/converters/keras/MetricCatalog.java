package io.argali.converters.keras;

import io.argali.runtime.layer.Names;
import io.argali.trainer.metric.AUC;
import io.argali.trainer.metric.Accuracy;
import io.argali.trainer.metric.AccuracyByShape;
import io.argali.trainer.metric.BinaryAccuracy;
import io.argali.trainer.metric.BinaryCrossentropy;
import io.argali.trainer.metric.BinaryIoU;
import io.argali.trainer.metric.CategoricalAccuracy;
import io.argali.trainer.metric.CategoricalCrossentropy;
import io.argali.trainer.metric.CategoricalHinge;
import io.argali.trainer.metric.ConcordanceCorrelation;
import io.argali.trainer.metric.CosineSimilarity;
import io.argali.trainer.metric.F1Score;
import io.argali.trainer.metric.FBetaScore;
import io.argali.trainer.metric.FalseNegatives;
import io.argali.trainer.metric.FalsePositives;
import io.argali.trainer.metric.Hinge;
import io.argali.trainer.metric.IoU;
import io.argali.trainer.metric.KLDivergence;
import io.argali.trainer.metric.LogCoshError;
import io.argali.trainer.metric.Mean;
import io.argali.trainer.metric.MeanAbsoluteError;
import io.argali.trainer.metric.MeanAbsolutePercentageError;
import io.argali.trainer.metric.MeanIoU;
import io.argali.trainer.metric.MeanSquaredError;
import io.argali.trainer.metric.MeanSquaredLogarithmicError;
import io.argali.trainer.metric.Metric;
import io.argali.trainer.metric.OneHotIoU;
import io.argali.trainer.metric.OneHotMeanIoU;
import io.argali.trainer.metric.PearsonCorrelation;
import io.argali.trainer.metric.Poisson;
import io.argali.trainer.metric.Precision;
import io.argali.trainer.metric.PrecisionAtRecall;
import io.argali.trainer.metric.R2Score;
import io.argali.trainer.metric.Recall;
import io.argali.trainer.metric.RecallAtPrecision;
import io.argali.trainer.metric.RootMeanSquaredError;
import io.argali.trainer.metric.SensitivityAtSpecificity;
import io.argali.trainer.metric.SparseCategoricalAccuracy;
import io.argali.trainer.metric.SparseCategoricalCrossentropy;
import io.argali.trainer.metric.SparseTopKCategoricalAccuracy;
import io.argali.trainer.metric.SpecificityAtSensitivity;
import io.argali.trainer.metric.SquaredHinge;
import io.argali.trainer.metric.Sum;
import io.argali.trainer.metric.TopKCategoricalAccuracy;
import io.argali.trainer.metric.TrueNegatives;
import io.argali.trainer.metric.TruePositives;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The metrics that files may name: Keras' class, which goes by its name in snake_case and some short names too, and a record with Keras' defaults.
 */
public final class MetricCatalog {
    /**
     * A metric.
     *
     * @param className what Keras calls the class; for your own, {@code package>Name}, as it was registered
     * @param shortNames what {@code compile(metrics=[…])} may say as well; histories use the name that was said
     */
    public record Row(String className, Metric defaults, List<String> shortNames) {}

    private static final MetricCatalog STANDARD = new MetricCatalog(List.of(
            metric("MeanSquaredError", MeanSquaredError.DEFAULTS, "mse", "MSE"),
            metric("RootMeanSquaredError", RootMeanSquaredError.DEFAULTS),
            metric("MeanAbsoluteError", MeanAbsoluteError.DEFAULTS, "mae", "MAE"),
            metric("MeanAbsolutePercentageError", MeanAbsolutePercentageError.DEFAULTS, "mape", "MAPE"),
            metric("MeanSquaredLogarithmicError", MeanSquaredLogarithmicError.DEFAULTS, "msle", "MSLE"),
            metric("CosineSimilarity", CosineSimilarity.DEFAULTS),
            metric("LogCoshError", LogCoshError.DEFAULTS),
            metric("R2Score", R2Score.DEFAULTS),
            metric("AUC", AUC.DEFAULTS),
            metric("FalseNegatives", FalseNegatives.DEFAULTS),
            metric("FalsePositives", FalsePositives.DEFAULTS),
            metric("Precision", Precision.DEFAULTS),
            metric("PrecisionAtRecall", PrecisionAtRecall.DEFAULTS),
            metric("Recall", Recall.DEFAULTS),
            metric("RecallAtPrecision", RecallAtPrecision.DEFAULTS),
            metric("SensitivityAtSpecificity", SensitivityAtSpecificity.DEFAULTS),
            metric("SpecificityAtSensitivity", SpecificityAtSensitivity.DEFAULTS),
            metric("TrueNegatives", TrueNegatives.DEFAULTS),
            metric("TruePositives", TruePositives.DEFAULTS),
            metric("ConcordanceCorrelation", ConcordanceCorrelation.DEFAULTS),
            metric("PearsonCorrelation", PearsonCorrelation.DEFAULTS),
            metric("Hinge", Hinge.DEFAULTS),
            metric("SquaredHinge", SquaredHinge.DEFAULTS),
            metric("CategoricalHinge", CategoricalHinge.DEFAULTS),
            metric("KLDivergence", KLDivergence.DEFAULTS),
            metric("Poisson", Poisson.DEFAULTS),
            metric("BinaryCrossentropy", BinaryCrossentropy.DEFAULTS, "bce", "BCE"),
            metric("CategoricalCrossentropy", CategoricalCrossentropy.DEFAULTS),
            metric("SparseCategoricalCrossentropy", SparseCategoricalCrossentropy.DEFAULTS),
            metric("Accuracy", Accuracy.DEFAULTS),
            metric("BinaryAccuracy", BinaryAccuracy.DEFAULTS),
            metric("CategoricalAccuracy", CategoricalAccuracy.DEFAULTS),
            metric("SparseCategoricalAccuracy", SparseCategoricalAccuracy.DEFAULTS),
            metric("TopKCategoricalAccuracy", TopKCategoricalAccuracy.DEFAULTS),
            metric("SparseTopKCategoricalAccuracy", SparseTopKCategoricalAccuracy.DEFAULTS),
            metric("F1Score", F1Score.DEFAULTS),
            metric("FBetaScore", FBetaScore.DEFAULTS),
            metric("IoU", IoU.DEFAULTS),
            metric("BinaryIoU", BinaryIoU.DEFAULTS),
            metric("MeanIoU", MeanIoU.DEFAULTS),
            metric("OneHotIoU", OneHotIoU.DEFAULTS),
            metric("OneHotMeanIoU", OneHotMeanIoU.DEFAULTS),
            metric("Mean", Mean.DEFAULTS),
            metric("Sum", Sum.DEFAULTS)));

    private final Map<String, Row> byClass = new LinkedHashMap<>();
    private final Map<String, Row> byName = new LinkedHashMap<>();

    private MetricCatalog(List<Row> rows) {
        for (Row row : rows) {
            byClass.put(row.className, row);
            byName.put(row.className, row);
            byName.put(Names.snakeCase(row.className), row);
            for (String name : row.shortNames) byName.put(name, row);
        }
    }

    /** Keras' own metrics. */
    public static MetricCatalog standard() {
        return STANDARD;
    }

    /** A row. */
    public static Row metric(String className, Metric defaults, String... shortNames) {
        return new Row(className, defaults, List.of(shortNames));
    }

    /** This catalogue with a row added or replaced. */
    public MetricCatalog plus(Row row) {
        List<Row> rows = new ArrayList<>(rows());
        rows.add(row);
        return new MetricCatalog(rows);
    }

    public List<Row> rows() {
        return List.copyOf(byClass.values());
    }

    /**
     * The metric that {@code compile(metrics=[name])} means: {@code "accuracy"} and {@code "acc"} are told apart by the shapes they see.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public Metric get(String name) {
        Metric found = find(name);
        if (found == null)
            throw new IllegalArgumentException(
                    "unknown metric \"" + name + "\"; known: accuracy, " + String.join(", ", byClass.keySet()));
        return found;
    }

    @Nullable
    Metric find(String name) {
        boolean accuracy = name.equalsIgnoreCase("accuracy") || name.equalsIgnoreCase("acc");
        Row row = byName.get(name);
        if (accuracy) return CompileConfig.named(AccuracyByShape.DEFAULTS, name);
        return row == null ? null : CompileConfig.named(row.defaults, name);
    }

    @Nullable
    Row ofClass(String className) {
        return byClass.get(className);
    }

    /** The row whose mean is that of the function: {@code binary_accuracy}. */
    @Nullable
    Row ofFunction(String name) {
        return byName.get(name);
    }
}
