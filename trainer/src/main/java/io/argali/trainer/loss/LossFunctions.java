package io.argali.trainer.loss;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Loops;
import io.argali.runtime.op.StopGradient;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keras' loss functions as formulas over values (keras/src/losses/losses.py, backend/tensorflow/nn.py). Labels take the type of the outputs.
 * Losses and the metrics of the same name share them.
 */
public final class LossFunctions {
    /** Keras' fuzz factor. */
    public static final double EPSILON = 1e-7;

    /** The logarithm of what cannot happen; finite, so that gradients are. */
    private static final double IMPOSSIBLE = -1e30;

    private LossFunctions() {}

    // Regression

    public static Value meanSquaredError(Value yTrue, Value yPred) {
        return difference(yTrue, yPred).square().mean(false, -1);
    }

    public static Value meanAbsoluteError(Value yTrue, Value yPred) {
        return difference(yTrue, yPred).abs().mean(false, -1);
    }

    private static Value difference(Value yTrue, Value yPred) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        return y.first().subtract(y.second());
    }

    public static Value meanAbsolutePercentageError(Value yTrue, Value yPred) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        Value relative = y.first()
                .subtract(y.second())
                .divide(y.first().abs().maximum(EPSILON))
                .abs();
        return relative.mean(false, -1).multiply(100);
    }

    public static Value meanSquaredLogarithmicError(Value yTrue, Value yPred) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        Value first = y.second().maximum(EPSILON).add(1).log(),
                second = y.first().maximum(EPSILON).add(1).log();
        return first.subtract(second).square().mean(false, -1);
    }

    /** The cosine of the angle between labels and outputs. The loss of this name has the opposite sign. */
    public static Value cosine(Value yTrue, Value yPred, int axis) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        return unit(y.first(), axis).multiply(unit(y.second(), axis)).sum(false, axis);
    }

    private static Value unit(Value x, int axis) {
        return x.multiply(x.square().sum(true, axis).rsqrt().minimum(1 / EPSILON));
    }

    public static Value huber(Value yTrue, Value yPred, double delta) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        Value error = y.second().subtract(y.first()), size = error.abs();
        Value d = size.like(delta);
        Value linear = size.multiply(d).subtract(d.square().multiply(0.5));
        return size.lessEqual(d).select(error.square().multiply(0.5), linear).mean(false, -1);
    }

    public static Value logCosh(Value yTrue, Value yPred) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        Value x = y.second().subtract(y.first());
        return x.add(Activations.softplus(x.multiply(-2))).subtract(Math.log(2)).mean(false, -1);
    }

    // Hinges

    public static Value hinge(Value yTrue, Value yPred) {
        return margin(yTrue, yPred).mean(false, -1);
    }

    public static Value squaredHinge(Value yTrue, Value yPred) {
        return margin(yTrue, yPred).square().mean(false, -1);
    }

    /** Labels that are all 0 or 1 become -1 and 1; others are taken as they are. */
    private static Value margin(Value yTrue, Value yPred) {
        Value y = yTrue.cast(yPred.dtype());
        Value binary = y.equal(0).or(y.equal(1)).all(false);
        Value signs = binary.select(y.multiply(2).subtract(1), y);
        return signs.multiply(yPred).subtractFrom(1).maximum(0);
    }

    public static Value categoricalHinge(Value yTrue, Value yPred) {
        Value y = yTrue.cast(yPred.dtype());
        Value positive = y.multiply(yPred).sum(false, -1);
        Value negative = y.subtractFrom(1).multiply(yPred).max(false, -1);
        return negative.subtract(positive).add(1).maximum(0);
    }

    // Probabilities

    public static Value klDivergence(Value yTrue, Value yPred) {
        Value p = clip(yTrue.cast(yPred.dtype()), EPSILON, 1), q = clip(yPred, EPSILON, 1);
        return p.multiply(p.divide(q).log()).sum(false, -1);
    }

    public static Value poisson(Value yTrue, Value yPred) {
        Value y = yTrue.cast(yPred.dtype());
        return yPred.subtract(y.multiply(yPred.add(EPSILON).log())).mean(false, -1);
    }

    private static Value clip(Value x, double low, double high) {
        return x.minimum(high).maximum(low);
    }

    public static Value binaryCrossentropy(
            Value yTrue, Value yPred, boolean fromLogits, double labelSmoothing, int axis) {
        return binary(smoothed(yTrue.cast(yPred.dtype()), labelSmoothing), yPred, fromLogits)
                .mean(false, axis);
    }

    public static Value binaryFocalCrossentropy(
            Value yTrue,
            Value yPred,
            boolean applyClassBalancing,
            double alpha,
            double gamma,
            boolean fromLogits,
            double labelSmoothing,
            int axis) {
        Value y = smoothed(yTrue.cast(yPred.dtype()), labelSmoothing);
        Value p = fromLogits ? yPred.sigmoid() : yPred;
        Value right = y.multiply(p).add(y.subtractFrom(1).multiply(p.subtractFrom(1)));
        Value loss = right.subtractFrom(1).power(gamma).multiply(binary(y, p, false));
        if (applyClassBalancing)
            loss = y.multiply(alpha).add(y.subtractFrom(1).multiply(1 - alpha)).multiply(loss);
        return loss.mean(false, axis);
    }

    private static Value smoothed(Value y, double smoothing) {
        return smoothing == 0 ? y : y.multiply(1 - smoothing).add(0.5 * smoothing);
    }

    /** Of each element. */
    private static Value binary(Value y, Value given, boolean fromLogits) {
        sameShape("binary", y, given);
        Value logits = Logits.of(given);
        if (fromLogits || logits != null) {
            Value x = logits != null ? logits : given;
            Value positive = x.greaterEqual(0);
            Value small = positive.select(x.negate(), x).exp().unary(UnaryFunction.LOG1P);
            return positive.select(x, 0).subtract(x.multiply(y)).add(small);
        }
        Value p = clip(given, EPSILON, 1 - EPSILON);
        return y.multiply(p.log())
                .add(y.subtractFrom(1).multiply(p.subtractFrom(1).log()))
                .negate();
    }

    public static Value categoricalCrossentropy(
            Value yTrue, Value yPred, boolean fromLogits, double labelSmoothing, int axis) {
        Value y = smoothedClasses(yTrue.cast(yPred.dtype()), labelSmoothing);
        sameShape("categorical", y, yPred);
        Value logits = Logits.of(yPred);
        if (fromLogits || logits != null) return softmaxCrossentropy(y, logits != null ? logits : yPred, axis);
        return y.multiply(clip(normalized(yPred, axis), EPSILON, 1 - EPSILON).log())
                .sum(false, axis)
                .negate();
    }

    private static Value smoothedClasses(Value y, double smoothing) {
        return smoothing == 0
                ? y
                : y.multiply(1 - smoothing)
                        .add(y.like(smoothing).divide(y.shape().last()));
    }

    private static Value normalized(Value p, int axis) {
        return p.divide(p.sum(true, axis));
    }

    /** TensorFlow's, whose gradient, softmax minus labels, takes for granted that the labels add up to 1. */
    private static Value softmaxCrossentropy(Value y, Value logits, int axis) {
        Value shifted = logits.subtract(StopGradient.of(logits.max(true, axis)));
        Value logSum = shifted.exp().sum(true, axis).log();
        Value loss = y.multiply(logSum.subtract(shifted)).sum(false, axis);
        Value normal = logSum.sum(false, axis).subtract(y.multiply(shifted).sum(false, axis));
        return StopGradient.of(loss, normal);
    }

    public static Value categoricalFocalCrossentropy(
            Value yTrue, Value yPred, double alpha, double gamma, boolean fromLogits, double labelSmoothing, int axis) {
        Value y = smoothedClasses(yTrue.cast(yPred.dtype()), labelSmoothing);
        Value p = clip(normalized(fromLogits ? Activations.softmax(yPred, axis) : yPred, axis), EPSILON, 1 - EPSILON);
        Value loss = y.negate().multiply(p.log());
        return p.subtractFrom(1).power(gamma).multiply(alpha).multiply(loss).sum(false, axis);
    }

    public static Value sparseCategoricalCrossentropy(
            Value yTrue, Value yPred, boolean fromLogits, @Nullable Integer ignoreClass, int axis) {
        Value y = classes(yTrue, yPred, axis);
        if (ignoreClass == null) return sparse(y, yPred, fromLogits, axis);
        Value valid = valid(y, yPred, ignoreClass);
        Value kept = valid.expandDims(axis < 0 ? axis + yPred.rank() : axis).select(yPred, 0);
        Value loss = sparse(valid.select(y, 0), kept, fromLogits, axis);
        return valid.reshape(loss.shape()).select(loss, 0);
    }

    /** Where the label is not the one to ignore. */
    static Value valid(Value yTrue, Value yPred, int ignoreClass) {
        return yTrue.cast(yPred.dtype()).notEqual(ignoreClass);
    }

    /** The labels without an axis of length 1 in place of the classes. */
    static Value classes(Value yTrue, Value yPred, int axis) {
        boolean column = yTrue.rank() == yPred.rank() && yTrue.shape().dim(axis) == 1;
        return column ? yTrue.squeeze(axis) : yTrue;
    }

    private static Value sparse(Value y, Value yPred, boolean fromLogits, int axis) {
        Value logits = Logits.of(yPred);
        Value given = logits != null ? logits : yPred;
        Value x = (fromLogits || logits != null
                        ? given
                        : clip(given, EPSILON, 1 - EPSILON).log())
                .moveAxis(axis, -1);
        int last = x.rank() - 1;
        if (!y.shape().equals(x.shape().without(last))) {
            throw new ShapeException("sparse categorical crossentropy: labels " + y.shape() + " do not fit outputs "
                    + yPred.shape() + "; expected the shape of the outputs without the axis of the classes");
        }
        Value shifted = x.subtract(StopGradient.of(x.max(true, last)));
        Value own = shifted.gather(y.cast(DType.INT64).expandDims(last), last, last);
        return shifted.exp().sum(true, last).log().subtract(own).squeeze(last);
    }

    public static Value categoricalGeneralizedCrossEntropy(Value yTrue, Value yPred, double q) {
        Value p = yPred.multiply(oneHot(yTrue, yPred.shape().last(), yPred.dtype()))
                .sum(false, -1);
        return p.power(q).subtractFrom(1).divide(q);
    }

    /** 1 at the place of the class along a new last axis; nothing for classes out of range. */
    static Value oneHot(Value classes, int n, DType dtype) {
        Value c = classes.cast(DType.INT32);
        return Value.iota(DType.INT32, c.shape().append(n), -1)
                .equal(c.expandDims(c.rank()))
                .cast(dtype);
    }

    private static void sameShape(String kind, Value yTrue, Value yPred) {
        if (yTrue.shape().equals(yPred.shape())) return;
        throw new ShapeException(kind + " crossentropy: labels " + yTrue.shape() + " and outputs " + yPred.shape()
                + " must have the same shape");
    }

    // Overlaps

    public static Value dice(Value yTrue, Value yPred, int... axes) {
        Value y = yTrue.cast(yPred.dtype());
        Value both = y.multiply(yPred).sum(false, axes);
        Value all = y.sum(false, axes).add(yPred.sum(false, axes)).add(EPSILON);
        return both.multiply(2).divide(all).subtractFrom(1);
    }

    public static Value tversky(Value yTrue, Value yPred, double alpha, double beta, int... axes) {
        Value y = yTrue.cast(yPred.dtype());
        Value both = y.multiply(yPred).sum(false, axes);
        // Keras calls these false positives and false negatives the other way around; alpha and beta follow it.
        Value fp = yPred.subtractFrom(1).multiply(y).sum(false, axes);
        Value fn = yPred.multiply(y.subtractFrom(1)).sum(false, axes);
        Value all = both.add(fp.multiply(alpha)).add(fn.multiply(beta)).add(EPSILON);
        return both.divide(all).subtractFrom(1);
    }

    // Similarity

    /** Circle loss, after Sun et al., 2020: outputs are embeddings of unit length, labels the numbers of their classes. */
    public static Value circle(Value yTrue, Value yPred, double gamma, double margin, boolean removeDiagonal) {
        Value labels = yTrue.cast(DType.INT32);
        Value column = labels.rank() == 1 ? labels.reshape(-1, 1) : labels;
        Value distance = yPred.matMul(yPred, false, true).subtractFrom(1).maximum(0);
        Value same = column.equal(column.transpose(1, 0)), other = same.not();
        if (removeDiagonal) {
            Value diagonal = Value.iota(DType.INT32, same.shape(), 0).equal(Value.iota(DType.INT32, same.shape(), 1));
            same = same.and(diagonal.not());
        }
        Value near = distance.add(margin).multiply(same.cast(yPred.dtype())).maximum(0);
        Value far = distance.subtractFrom(1 + margin)
                .multiply(other.cast(yPred.dtype()))
                .maximum(0);
        Value positive = near.multiply(-gamma).multiply(distance.subtractFrom(margin));
        Value negative = far.multiply(gamma).multiply(distance.subtractFrom(1 - margin));
        return Activations.softplus(logSumExp(positive, same).add(logSumExp(negative, other)));
    }

    /** {@code log Σ exp x} over the elements of each row that are chosen; -∞ where none is. */
    private static Value logSumExp(Value x, Value chosen) {
        Value some = chosen.any(true, 1);
        Value max = StopGradient.of(chosen.select(x, x.like(IMPOSSIBLE)).max(true, 1));
        Value sum = chosen.select(chosen.select(x, max).subtract(max).exp(), 0).sum(true, 1);
        Value log = some.select(sum, 1).log().add(max);
        return some.select(log, Double.NEGATIVE_INFINITY).squeeze(1);
    }

    // Sequences

    /**
     * Connectionist temporal classification, after Graves et al., 2006: the negative logarithm of the probability of all ways to say the labels.
     * Labels (batch, length) with 0 for blank and padding, logits (batch, steps, classes) → (batch)
     */
    public static Value ctc(Value yTrue, Value yPred) {
        if (yTrue.rank() != 2 || yPred.rank() != 3) {
            throw new ShapeException("ctc needs labels (batch, length) and logits (batch, steps, classes), got "
                    + yTrue.shape() + " and " + yPred.shape());
        }
        int batch = yTrue.shape().dim(0),
                length = yTrue.shape().dim(1),
                steps = yPred.shape().dim(1),
                states = 2 * length + 1;
        Value labels = yTrue.cast(DType.INT32);
        Value logits = yPred.cast(yPred.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32);
        Value count = yTrue.notEqual(0).cast(DType.INT32).sum(true, 1);
        // States are blank, label, blank, label … blank.
        Value blanks = Value.zeros(labels.type()).expandDims(2);
        Value spoken = Value.concat(2, List.of(blanks, labels.expandDims(2)))
                .reshape(batch, 2 * length)
                .pad(1, 0, 1);
        Value logProbabilities = logits.subtract(StopGradient.of(logits.max(true, 2)));
        logProbabilities =
                logProbabilities.subtract(logProbabilities.exp().sum(true, 2).log());
        Value emissions = logProbabilities.gather(spoken, 2, 1);
        Value state = Value.iota(DType.INT32, Shape.of(batch, states), 1);
        // A label may follow another one without a blank in between only if they differ.
        Value isLabel = state.binary(BinaryFunction.BITWISE_AND, 1).equal(1);
        Value skips = isLabel.and(spoken.notEqual(shift(spoken, 2, 0)));
        Value start = state.equal(0).select(logits.like(0), IMPOSSIBLE);
        Value last = Loops.scan(List.of(start), List.of(emissions), steps, 1, false, s -> {
                    Value a = s.carries().get(0);
                    Value skipped = skips.select(shift(a, 2, IMPOSSIBLE), IMPOSSIBLE);
                    Value next = logSum(List.of(a, shift(a, 1, IMPOSSIBLE), skipped))
                            .add(s.elements().get(0));
                    return new Loops.Step(List.of(next), List.of());
                })
                .carries()
                .get(0);
        Value end = count.multiply(2);
        Value ends = state.equal(end).or(state.equal(end.subtract(1)));
        return logSumExp(last, ends).negate();
    }

    /** Row elements moved n places up, a number in the places left. */
    private static Value shift(Value x, int n, double otherwise) {
        int k = x.shape().dim(1), m = Math.min(n, k);
        return x.slice(1, 0, k - m).pad(List.of(0, m), List.of(0, 0), otherwise);
    }

    private static Value logSum(List<Value> values) {
        Value all = Value.stack(0, values);
        Value max = StopGradient.of(all.max(true, 0));
        return all.subtract(max).exp().sum(false, 0).log().add(max.squeeze(0));
    }
}
