package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same elements in another shape.
 *
 * @param targetShape without the batch; one length may be -1: whatever is left
 */
public record Reshape(List<@Nullable Integer> targetShape) implements UnaryLayer {
    public static final Reshape DEFAULTS = new Reshape(List.of());

    @Override
    public Value call(Scope scope, Value x) {
        int[] d = new int[targetShape.size() + 1];
        d[0] = x.shape().dim(0);
        int size = x.shape().size(1, x.rank()), known = 1, hole = -1;
        for (int i = 1; i < d.length; i++) {
            Integer n = targetShape.get(i - 1);
            d[i] = n == null ? -1 : n;
            if (d[i] >= 0) known *= d[i];
            else if (hole < 0) hole = i;
            else throw new ShapeException("more than one length of " + targetShape + " is open");
        }
        if (hole > 0 ? known == 0 || size % known != 0 : known != size) {
            throw new ShapeException("cannot reshape " + x.shape().slice(1, x.rank()) + " to " + targetShape);
        }
        if (hole > 0) d[hole] = size / known;
        return x.reshape(Shape.of(d));
    }
}
