package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.loss.Losses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The area under a curve of two rates, over thresholds. State: true positives, false positives, true negatives, false negatives at each.
 *
 * @param numThresholds how many thresholds from 0 to 1, where {@code thresholds} is null
 * @param multiLabel whether each label (the last axis) has its own area, of which the mean is taken
 * @param labelWeights a factor for each label; null for none
 */
public record AUC(
        int numThresholds,
        Curve curve,
        SummationMethod summationMethod,
        @Nullable List<Double> thresholds,
        boolean multiLabel,
        @Nullable Integer numLabels,
        @Nullable List<Double> labelWeights,
        boolean fromLogits,
        String name,
        DType dtype)
        implements Metric {
    /** Which rates: false over true positives, precision over recall, or both as gains. */
    public enum Curve {
        ROC,
        PR,
        PRGAIN
    }

    /** How high the curve is between two thresholds. */
    public enum SummationMethod {
        INTERPOLATION,
        MAJORING,
        MINORING
    }

    public static final AUC DEFAULTS = new AUC(
            200, Curve.ROC, SummationMethod.INTERPOLATION, null, false, null, null, false, "auc", DType.FLOAT32);

    public AUC {
        if (thresholds == null && numThresholds <= 1) {
            throw new IllegalArgumentException("num_thresholds must be greater than 1, got " + numThresholds);
        }
        if (numLabels != null && numLabels > 0 && !multiLabel) {
            throw new IllegalArgumentException("num_labels goes with multi_label=True, got num_labels=" + numLabels);
        }
    }

    private Thresholds at() {
        return Thresholds.around(numThresholds, thresholds);
    }

    @Override
    public List<Tensor> initialState(TensorType yTrue, TensorType yPred) {
        return multiLabel ? at().zeros(4, yPred.shape().last()) : at().zeros(4);
    }

    @Override
    public int stateSize() {
        return 4;
    }

    @Override
    public List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        Value p = fromLogits ? yPred.sigmoid() : yPred;
        Thresholds.Counts c =
                at().count(yTrue, p, sampleWeight, null, null, multiLabel, multiLabel ? null : labelWeights);
        List<Value> more = List.of(c.truePositives(), c.falsePositives(), c.trueNegatives(), c.falseNegatives());
        List<Value> r = new ArrayList<>();
        for (int i = 0; i < 4; i++) r.add(state.get(i).add(more.get(i)));
        return r;
    }

    @Override
    public Value result(List<Value> state) {
        Value tp = state.get(0), fp = state.get(1), tn = state.get(2), fn = state.get(3);
        if (curve == Curve.PR && summationMethod == SummationMethod.INTERPOLATION)
            return total(interpolated(tp, fp, fn));
        Value recall = Losses.divideNoNan(tp, tp.add(fn));
        return switch (curve) {
            case ROC -> area(Losses.divideNoNan(fp, fp.add(tn)), recall);
            case PR -> area(recall, Losses.divideNoNan(tp, tp.add(fp)));
            case PRGAIN -> {
                Value scale = Losses.divideNoNan(tp.add(fn), tn.add(fp));
                Value none = tp.equal(0);
                Value recallGain = none.select(0, gain(scale, fn, tp)).maximum(0);
                yield area(recallGain, none.select(1, gain(scale, fp, tp)));
            }
        };
    }

    private static Value gain(Value scale, Value wrong, Value right) {
        return scale.multiply(Losses.divideNoNan(wrong, right)).subtractFrom(1);
    }

    private static Value before(Value v) {
        return v.slice(0, 0, v.shape().dim(0) - 1);
    }

    private static Value after(Value v) {
        return v.slice(0, 1, v.shape().dim(0));
    }

    private Value area(Value x, Value y) {
        Value height = switch (summationMethod) {
            case INTERPOLATION -> before(y).add(after(y)).divide(2);
            case MINORING -> before(y).minimum(after(y));
            case MAJORING -> before(y).maximum(after(y));
        };
        return total(before(x).subtract(after(x)).multiply(height));
    }

    /** Between two thresholds, true positives are taken as linear in all positives; after Davis and Goadrich, 2006. */
    private static Value interpolated(Value tp, Value fp, Value fn) {
        Value more = before(tp).subtract(after(tp));
        Value positives = tp.add(fp), p = before(positives), next = after(positives);
        Value slope = Losses.divideNoNan(more, p.subtract(next).maximum(0));
        Value intercept = after(tp).subtract(slope.multiply(next));
        Value ratio = p.greater(0).and(next.greater(0)).select(Losses.divideNoNan(p, next.maximum(0)), 1);
        Value gained = slope.multiply(more.add(intercept.multiply(ratio.log())));
        return Losses.divideNoNan(gained, after(tp).add(after(fn)).maximum(0));
    }

    private Value total(Value terms) {
        if (!multiLabel) return terms.sum(false);
        Value byLabel = terms.sum(false, 0);
        if (labelWeights == null) return byLabel.mean(false);
        Value weights = Thresholds.vector(labelWeights);
        return Losses.divideNoNan(byLabel.multiply(weights).sum(false), weights.sum(false));
    }
}
