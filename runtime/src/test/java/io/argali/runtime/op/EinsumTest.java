package io.argali.runtime.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EinsumTest {
    private static final double TOLERANCE = 1e-5; // sums of at most 60 products of numbers below 1, in float32

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ab,bc->ac",
                "ab,cb->ac",
                "ba,bc->ca",
                "abc,cde->abde",
                "abcd,cde->abe",
                "aecd,abcd->acbe",
                "acbe,aecd->abcd",
                "bquh,bkuh->buqk",
                "buqk,bkuh->bquh",
                "ab,ab->ab",
                "ab,b->ab",
                "a,b->ab",
                "ab,ab->",
                "abc,b->ca",
                "ab,cd->ad",
                "abc,abd->acd",
                "abc,dbc->dac",
                "ab->ba",
                "ab->a",
                "aab->b",
                "abab->ba",
                "ab,bc,cd->ad",
                "ab,ac,ad->bcd",
                "ba",
                "ab,bc"
            })
    void agreesWithTheSumWrittenOut(String equation) {
        Map<Character, Integer> lengths =
                new HashMap<>(Map.of('a', 2, 'b', 3, 'c', 4, 'd', 5, 'e', 1, 'q', 3, 'k', 4, 'u', 2, 'h', 5));
        Random random = new Random(1);
        String[] sides = equation.split("->", -1);
        String output = sides.length == 2 ? sides[1] : equation.equals("ba") ? "ab" : "ac";
        String[] inputs = sides[0].split(",");
        List<Tensor> tensors = new ArrayList<>();
        for (String labels : inputs) {
            int[] dims = labels.chars().map(c -> lengths.get((char) c)).toArray();
            float[] x = new float[Arrays.stream(dims).reduce(1, (p, q) -> p * q)];
            for (int i = 0; i < x.length; i++) x[i] = random.nextFloat() - 0.5f;
            tensors.add(Tensor.of(x, dims));
        }
        Tensor y = evaluate(equation, tensors);
        assertEquals(Shape.of(output.chars().map(c -> lengths.get((char) c)).toArray()), y.shape());
        assertArrayEquals(writtenOut(inputs, output, lengths, tensors), y.toDoubleArray(), TOLERANCE);
    }

    @Test
    void ellipsisStandsForAllOtherAxes() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2), k = Tensor.of(new float[] {1, 10}, 2, 1);
        assertArrayEquals(
                new float[] {21, 43, 65, 87},
                evaluate("...x,xy->...y", List.of(x, k)).floats());
    }

    @Test
    void axesUnderTheEllipsisBroadcast() {
        Tensor x = Tensor.of(new float[] {1, 2}, 1, 2), y = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
        assertArrayEquals(
                new float[] {5, 11, 17},
                evaluate("...i,...i->...", List.of(x, y)).floats());
    }

    @Test
    void projectionOfTheLastAxisNeedsNoTranspose() {
        Value x = Value.parameter("x", TensorType.of(DType.FLOAT32, 2, 7, 6));
        Value kernel = Value.variable("kernel", TensorType.of(DType.FLOAT32, 6, 3, 4));
        Graph g = new Graph(List.of(x), List.of(Einsum.of("abc,cde->abde", x, kernel)));
        assertEquals(
                0,
                g.nodes().stream().filter(n -> n.op() instanceof Op.Transpose).count());
    }

    @Test
    void lengthsThatDifferAreNamed() {
        Value a = Value.zeros(TensorType.of(DType.FLOAT32, 2, 3)), b = Value.zeros(TensorType.of(DType.FLOAT32, 4, 5));
        assertThrows(ShapeException.class, () -> Einsum.of("ab,bc->ac", a, b));
    }

    private static Tensor evaluate(String equation, List<Tensor> tensors) {
        List<Value> parameters =
                tensors.stream().map(t -> Value.parameter("x", t.type())).toList();
        Value y = Einsum.of(equation, parameters.toArray(Value[]::new));
        return CpuBackend.best()
                .compiler(path -> {
                    throw new AssertionError(path);
                })
                .compile(new Graph(parameters, List.of(y)))
                .run(tensors)[0];
    }

    private static double[] writtenOut(
            String[] inputs, String output, Map<Character, Integer> lengths, List<Tensor> tensors) {
        String all = String.join("", inputs)
                .chars()
                .distinct()
                .mapToObj(c -> String.valueOf((char) c))
                .reduce("", String::concat);
        int places = all.chars().map(c -> lengths.get((char) c)).reduce(1, (p, q) -> p * q);
        int size = output.chars().map(c -> lengths.get((char) c)).reduce(1, (p, q) -> p * q);
        double[] sums = new double[size];
        for (int place = 0; place < places; place++) {
            Map<Character, Integer> at = new HashMap<>();
            int rest = place;
            for (char c : all.toCharArray()) {
                at.put(c, rest % lengths.get(c));
                rest /= lengths.get(c);
            }
            double product = 1;
            for (int i = 0; i < inputs.length; i++) product *= tensors.get(i).floats()[offset(inputs[i], at, lengths)];
            sums[offset(output, at, lengths)] += product;
        }
        return sums;
    }

    private static int offset(String labels, Map<Character, Integer> at, Map<Character, Integer> lengths) {
        int offset = 0;
        for (char c : labels.toCharArray()) offset = offset * lengths.get(c) + at.get(c);
        return offset;
    }
}
