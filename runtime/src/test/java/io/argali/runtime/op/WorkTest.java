package io.argali.runtime.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Multiplications counted by hand. */
class WorkTest {
    static Stream<Arguments> cases() {
        Op.Window same = new Op.Window(List.of(1, 1), List.of(1, 1), List.of(1, 1), List.of(1, 1));
        Op.Window plain = new Op.Window(List.of(2, 2), List.of(1, 1), List.of(0, 0), List.of(0, 0));
        Graph step = product(p("h", 2, 8), p("w", 8, 8));
        return Stream.of(
                Arguments.of("2×3 by 3×4", 24, product(p("a", 2, 3), p("b", 3, 4))),
                Arguments.of(
                        "transposed, ten of them",
                        240,
                        graph(new Op.MatMul(true, true), p("a", 10, 3, 2), p("b", 4, 3))),
                Arguments.of(
                        "3×3, 5 channels to 7 on 6×6",
                        6 * 6 * 7 * 45,
                        graph(new Op.Conv(same, 1), p("x", 1, 6, 6, 5), p("k", 3, 3, 5, 7))),
                Arguments.of(
                        "depthwise",
                        6 * 6 * 5 * 9,
                        graph(new Op.Conv(same, 5), p("x", 1, 6, 6, 5), p("k", 3, 3, 1, 5))),
                Arguments.of(
                        "2×2 windows",
                        3 * 3 * 5 * 4,
                        graph(new Op.Pool(true, List.of(2, 2), plain), p("x", 1, 6, 6, 5))),
                Arguments.of(
                        "a loop of 9 products of 2×8 by 8×8",
                        9 * 128,
                        graph(new Op.Scan(step, 1, 0, 9, 0, false), p("h", 2, 8), p("w", 8, 8))),
                Arguments.of("movement", 0, graph(new Op.Reshape(Shape.of(6)), p("x", 2, 3))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void countsMultiplications(String what, long expected, Graph graph) {
        assertEquals(expected, Work.of(graph));
    }

    private static Graph product(Value a, Value b) {
        return graph(new Op.MatMul(false, false), a, b);
    }

    private static Graph graph(Op op, Value... inputs) {
        return new Graph(List.of(inputs), Node.of(op, List.of(inputs)).outputs());
    }

    private static Value p(String name, int... shape) {
        return Value.parameter(name, new TensorType(DType.FLOAT32, Shape.of(shape)));
    }
}
