package io.argali.runtime.layer.attention;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;

/**
 * Keras' inner EinsumDense of an attention layer: one matrix product over the last axes. (…, bound…) → (…, output…)
 *
 * @param bound the number of axes that are summed over
 */
record Projection(int bound, Shape output, Activation activation, boolean useBias, WeightOptions kernel, WeightOptions bias)
        implements UnaryLayer {
    @Override
    public Value call(Scope scope, Value x) {
        int rank = x.rank();
        Shape free = x.shape().slice(0, rank - bound), summed = x.shape().slice(rank - bound, rank);
        int k = summed.size(), n = output.size();
        Value kernel = scope.weight("kernel", summed.append(output.toArray()), this.kernel);
        Value y = x.reshape(free.append(k)).matMul(kernel.reshape(k, n));
        // Bias and activation are laid on before the axes part, as the last touch of the product.
        if (useBias) y = y.add(scope.weight("bias", output, this.bias).reshape(n));
        return activation.apply(y).reshape(free.append(output.toArray()));
    }
}
