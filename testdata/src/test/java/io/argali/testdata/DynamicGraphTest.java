package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DynamicGraphTest {
    /** A layer that is a formula. */
    record Formula(BiFunction<Scope, Value, Value> of) implements Layer {
        @Override
        public List<Value> call(Scope scope, List<Value> inputs) {
            return List.of(of.apply(scope, inputs.get(0)));
        }
    }

    private static List<Length> shape(Shape input, UnaryOperator<Value> formula) {
        return shape(input, (scope, x) -> formula.apply(x));
    }

    private static List<Length> shape(Shape input, BiFunction<Scope, Value, Value> formula) {
        Sequential layers = new Sequential(
                List.of(
                        Instance.of("x", new InputLayer(input, DType.FLOAT32, false, false, false)),
                        Instance.of("formula", new Formula(formula))),
                null);
        DynamicGraph g = DynamicGraph.of(Model.of("model", layers, 1), true);
        return g.shape(g.outputs().get(0));
    }

    private static Length number(long n) {
        return new Length.Fixed(n);
    }

    private static Length batch(long factor, long offset) {
        return new Length.Computed(List.of(new Length.Symbol("batch", 0, 0)), factor, offset, 1);
    }

    @Test
    void knownLengthsAreNumbers() {
        assertEquals(List.of(batch(1, 0), number(4)), shape(Shape.of(-1, 4), Value::relu));
    }

    @Test
    void aMultipleOfTheBatchIsOne() {
        assertEquals(List.of(batch(2, 0), number(2)), shape(Shape.of(-1, 4), x -> x.reshape(-1, 2)));
    }

    @Test
    void whatIsLeftOutIsAnOffset() {
        assertEquals(
                List.of(batch(1, -1), number(4)),
                shape(Shape.of(-1, 4), x -> x.slice(0, 1, x.shape().dim(0))));
    }

    @Test
    void batchAndLengthMeetInAProduct() {
        List<Length> s = shape(Shape.of(-1, -1, 3), x -> x.reshape(-1, 3));
        assertTrue(s.get(0) instanceof Length.Computed c && c.atoms().size() == 2 && c.factor() == 1, s::toString);
    }

    @Test
    void aRoundedQuotientIsOne() {
        List<Length> s = shape(Shape.of(-1, -1, 3), x -> x.slice(1, 0, x.shape().dim(1), 2));
        assertTrue(
                s.get(1) instanceof Length.Computed c && c.divisor() == 2 && c.factor() == 1 && c.offset() == 1,
                s::toString);
    }

    /** How many elements are above a bound. */
    private static Value above(Value x, double bound) {
        return x.reshape(-1).greater(bound).cast(DType.INT32).sum(false);
    }

    @Test
    void aLengthThatTheDataDecidesIsMeasured() {
        List<Length> s = shape(
                Shape.of(-1, 4),
                (scope, x) ->
                        x.reshape(-1).slice(0, 0, scope.lengthOf(above(x, 0))).expandDims(1));
        assertTrue(
                s.get(0) instanceof Length.Computed c && c.isAtom() && c.atoms().get(0) instanceof Length.Measured,
                s::toString);
    }

    @Test
    void twoSuchLengthsAreTwo() {
        List<Length> s = shape(
                Shape.of(-1, 4),
                (scope, x) -> Value.zeros(
                        TensorType.of(DType.FLOAT32, scope.lengthOf(above(x, 0)), scope.lengthOf(above(x, 1)) + 1)));
        assertTrue(
                s.get(0) instanceof Length.Computed a
                        && s.get(1) instanceof Length.Computed b
                        && !a.atoms().equals(b.atoms())
                        && b.offset() == 1,
                s::toString);
    }

    @Test
    void whatTheDataDecidesBesideLengthsIsRefused() {
        assertThrows(
                UnsupportedModelException.class,
                () -> shape(Shape.of(-1, 4), (scope, x) -> scope.numberOf(above(x, 0)) > 3 ? x : x.multiply(2)));
    }

    @Test
    void aTableThatGrowsWithTheBatchNamesItsLayer() {
        UnsupportedModelException e = assertThrows(
                UnsupportedModelException.class,
                () -> shape(
                        Shape.of(-1, 4),
                        x -> x.add(Value.constant(
                                Tensor.of(new float[x.shape().dim(0)], x.shape().dim(0), 1)))));
        assertTrue(String.valueOf(e.getMessage()).contains("layer \"formula\""), e::getMessage);
    }
}
