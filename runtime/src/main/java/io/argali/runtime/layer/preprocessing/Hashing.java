package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Strings or integers in {@code numBins} bins by hash; bin 0 is the mask's, if there is one. (…) → (…), or encoded.
 *
 * @param maskValue the value that goes to bin 0
 * @param salt a number or two, for the strong hash
 */
public record Hashing(
        int numBins, @Nullable Object maskValue, @Nullable Object salt, String outputMode, boolean sparse)
        implements UnaryLayer {
    public static final Hashing DEFAULTS = new Hashing(1, null, null, "int", false);

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public Value call(Scope scope, Value x) {
        Categories.Mode mode = Categories.Mode.of(outputMode);
        Value y = mode == Categories.Mode.ONE_HOT && x.rank() > 0 && x.shape().last() == 1 ? x.squeeze(-1) : x;
        return Categories.encode(bins(y), mode, numBins, scope.computeType(), null);
    }

    private Value bins(Value x) {
        boolean masked = maskValue != null && numBins > 1;
        Value hashed = new HashBuckets(masked ? numBins - 1 : numBins, HashBuckets.salt(salt))
                .on(x.dtype().isFloating() ? x.cast(DType.INT64) : x)
                .get(0);
        return masked ? x.equal(mask(x.dtype())).select(0, hashed.add(1)) : hashed;
    }

    private Value mask(DType type) {
        if (type == DType.STRING)
            return Value.constant(
                    Tensor.of(new String[] {String.valueOf(maskValue)}).reshape(Shape.SCALAR));
        return Value.scalar(type, ((Number) java.util.Objects.requireNonNull(maskValue)).doubleValue());
    }
}
