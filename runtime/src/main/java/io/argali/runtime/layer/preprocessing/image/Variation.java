package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.operation.Sampling;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A range that random numbers are drawn from, one for each image; and what images become by them. */
record Variation(double lower, double upper) {
    /**
     * A {@code factor} of Keras' layers: a number stands for both sides of zero, a pair for its range.
     *
     * @param least the least that a number may stand for
     */
    static Variation of(@Nullable Object factor, double least) {
        if (factor instanceof Number n) {
            double f = Math.abs(n.doubleValue());
            return new Variation(Math.max(-f, least), f);
        }
        if (factor instanceof List<?> l
                && l.size() == 2
                && l.get(0) instanceof Number a
                && l.get(1) instanceof Number b) {
            double x = a.doubleValue(), y = b.doubleValue();
            return new Variation(Math.min(x, y), Math.max(x, y));
        }
        throw new ShapeException("factor must be a number or two, got " + factor);
    }

    /** Numbers in this range, float32. */
    Value draw(Scope scope, Shape shape) {
        return scope.random(false, shape).multiply(upper - lower).add(lower);
    }

    /** One number for each image, (batch, 1). */
    Value draw(Scope scope, Value images) {
        return draw(scope, Shape.of(images.shape().dim(0), 1));
    }

    /**
     * Images seen through an affine transform: what is at (x, y) comes from {@code (a0 x + a1 y + a2, b0 x + b1 y + b2)}.
     *
     * @param rows the six numbers of each image, each (batch, 1)
     */
    static Value affine(
            Value images, List<Value> rows, String format, String interpolation, String fillMode, double fillValue) {
        Value zeros = Value.zeros(rows.getFirst().type());
        Value transform = Value.concat(
                1, List.of(rows.get(0), rows.get(1), rows.get(2), rows.get(3), rows.get(4), rows.get(5), zeros, zeros));
        boolean first = format.equals("channels_first");
        Value x = first ? images.moveAxis(1, 3) : images;
        int h = x.shape().dim(1), w = x.shape().dim(2);
        Value y = Sampling.project(
                x.cast(DType.FLOAT32), transform, h, w, interpolation.equals("bilinear"), fillMode, fillValue);
        return (first ? y.moveAxis(3, 1) : y).cast(images.dtype());
    }

    /** The axis of a batch's rows; that of its columns follows. */
    static int rows(String format) {
        return format.equals("channels_first") ? 2 : 1;
    }

    /** Height and width of images. */
    static int[] size(Value images, String format) {
        int first = rows(format);
        return new int[] {images.shape().dim(first), images.shape().dim(first + 1)};
    }
}
