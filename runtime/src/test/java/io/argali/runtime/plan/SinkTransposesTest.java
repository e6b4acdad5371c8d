package io.argali.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of transpositions; that values stay what they are, {@link RandomGraphTest} shows. */
class SinkTransposesTest {
    private static final Op.Window WINDOW = new Op.Window(List.of(1, 1), List.of(1, 1), List.of(0, 0), List.of(0, 0));

    private final Value x = Value.parameter("x", TensorType.of(DType.FLOAT32, 2, 4, 9, 9));

    private static long transposes(Value... outputs) {
        Value x = outputs[0];
        while (!x.node().inputs().isEmpty()) x = x.node().input(0);
        Graph graph = Rewrites.apply(new Graph(List.of(x), List.of(outputs)));
        return graph.nodes().stream()
                .filter(n -> n.op() instanceof Op.Transpose)
                .count();
    }

    /** A convolution of a channels-first value. */
    private static Value conv(Value x, String name) {
        Value kernel = Value.variable(name, TensorType.of(DType.FLOAT32, 3, 3, 4, 4));
        return x.transpose(0, 2, 3, 1).conv(kernel, WINDOW, 1).transpose(0, 3, 1, 2);
    }

    private static Value perChannel(String name) {
        return Value.variable(name, TensorType.of(DType.FLOAT32, 1, 4, 1, 1));
    }

    @Test
    void channelsFirstNetworkTransposesAtItsEndsOnly() {
        Value y = conv(x, "a")
                .multiply(perChannel("gamma"))
                .add(perChannel("beta"))
                .relu();
        Value z = conv(y.pad(List.of(0, 0, 1, 1), List.of(0, 0, 1, 1), 0), "b");
        assertEquals(2, transposes(conv(z.add(y).sigmoid(), "c")));
    }

    @Test
    void globalMeanNeedsNoTransposition() {
        assertEquals(1, transposes(conv(x, "a").relu().mean(false, 2, 3)));
    }

    @Test
    void transposedValueThatIsFoldedStaysInOrder() {
        Value steps = Value.parameter("x", TensorType.of(DType.FLOAT32, 2, 5, 7));
        Value t = steps.transpose(0, 2, 1);
        Value e = t.subtract(t.max(true, -1)).exp();
        assertEquals(1, transposes(e.divide(e.sum(true, -1))));
    }

    @Test
    void valueOfAnotherOrderKeepsTheTransposition() {
        Value other = Value.variable("other", new TensorType(DType.FLOAT32, Shape.of(2, 4, 9, 9)));
        Value y = x.transpose(0, 1, 3, 2).add(other);
        assertEquals(1, transposes(y));
        assertEquals(
                Op.Binary.class,
                Rewrites.apply(new Graph(List.of(x), List.of(y)))
                        .outputs()
                        .get(0)
                        .node()
                        .op()
                        .getClass());
    }
}
