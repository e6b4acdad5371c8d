package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.export.Length;
import io.argali.loader.protobuf.onnx.AttributeProto;
import io.argali.runtime.layer.operation.MatrixFunctions;
import io.argali.runtime.layer.operation.Scatters;
import io.argali.runtime.layer.operation.SegmentFold;
import io.argali.runtime.layer.preprocessing.TokenNames;
import io.argali.runtime.layer.preprocessing.Vocabulary;
import io.argali.runtime.op.GradientRule;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.special.SpecialFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The functions of whole tensors that ONNX has words for; it cannot cut, lower or hash text, nor take matrices apart. */
final class OnnxFunctions {
    private OnnxFunctions() {}

    static void add(OnnxNodes nodes, Node n, TensorFunction f) {
        switch (f) {
            case GradientRule r -> nodes.result(n, 0, nodes.op("Identity", nodes.input(n, 0)));
            case Vocabulary v -> nodes.result(n, 0, vocabulary(nodes, n, v));
            case TokenNames t -> nodes.result(n, 0, tokens(nodes, n, t));
            case MatrixFunctions.OfMatrices m
            when m.function() == MatrixFunctions.Function.DETERMINANT ->
                nodes.result(n, 0, nodes.op("Det", nodes.input(n, 0)));
            case SpecialFunction s
            when s == SpecialFunction.ERFC -> {
                DType type = n.input(0).dtype();
                String x = nodes.cast(nodes.input(n, 0), type, DType.FLOAT32);
                String y = nodes.op("Sub", nodes.out.scalar(DType.FLOAT32, 1), nodes.op("Erf", x));
                nodes.result(n, 0, nodes.cast(y, DType.FLOAT32, type));
            }
            case SegmentFold s
            when !s.zeroWhereEmpty() || s.function() == io.argali.runtime.op.ReduceFunction.SUM ->
                nodes.result(n, 0, segments(nodes, n, s));
            case Scatters.LastWriter w -> nodes.result(n, 0, lastWriter(nodes, n));
            default -> throw nodes.unsupported(n, "uses " + f.name() + ", which ONNX has no operation for");
        }
    }

    private static String vocabulary(OnnxNodes nodes, Node n, Vocabulary v) {
        Vocabulary.Rules rules = v.rules();
        boolean text = n.input(0).dtype() == DType.STRING;
        if (rules.unknown() == 0)
            throw nodes.unsupported(n, "refuses unknown tokens (num_oov_indices=0), which ONNX cannot");
        if (rules.unknown() > 1 && (text || rules.hashed()))
            throw nodes.unsupported(n, "hashes unknown tokens, which ONNX has no operation for");
        List<Object> keys = new ArrayList<>(v.tokens());
        List<Long> numbers = new ArrayList<>(
                LongStream.range(rules.first(), rules.first() + v.tokens().size())
                        .boxed()
                        .toList());
        if (rules.mask() != null) {
            int known = keys.indexOf(rules.mask());
            if (known >= 0) {
                keys.remove(known);
                numbers.remove(known);
            }
            keys.add(rules.mask());
            numbers.add(rules.maskNumber());
        }
        long start = rules.first() - rules.unknown();
        AttributeProto keyList = text
                ? OnnxGraph.strings(
                        "keys_strings", keys.stream().map(String::valueOf).toList())
                : attribute("keys_int64s", keys.stream().map(k -> (Long) k).toList());
        String x = text
                ? nodes.input(n, 0)
                : nodes.cast(nodes.input(n, 0), n.input(0).dtype(), DType.INT64);
        String y = nodes.out.node(
                "LabelEncoder",
                List.of(x),
                keyList,
                attribute("values_int64s", numbers),
                attribute("default_int64", rules.unknown() == 1 ? start : -1));
        if (rules.unknown() == 1) return y;
        String other = nodes.op(
                "Add",
                nodes.op("Mod", x, nodes.out.scalar(DType.INT64, rules.unknown())),
                nodes.out.scalar(DType.INT64, start));
        return nodes.op("Where", nodes.op("Less", y, nodes.out.scalar(DType.INT64, 0)), other, y);
    }

    private static String tokens(OnnxNodes nodes, Node n, TokenNames t) {
        List<Long> keys = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < t.tokens().size(); i++) {
            long key = (long) t.first() + i;
            if (t.mask() != null && key == 0) continue;
            keys.add(key);
            values.add(t.tokens().get(i));
        }
        if (t.mask() != null) {
            keys.add(0L);
            values.add(t.mask());
        }
        String x = nodes.cast(nodes.input(n, 0), n.input(0).dtype(), DType.INT64);
        return t.unknown() instanceof String s
                ? nodes.out.node(
                        "LabelEncoder",
                        List.of(x),
                        attribute("keys_int64s", keys),
                        OnnxGraph.strings(
                                "values_strings",
                                values.stream().map(String::valueOf).toList()),
                        attribute("default_string", s))
                : nodes.out.node(
                        "LabelEncoder",
                        List.of(x),
                        attribute("keys_int64s", keys),
                        attribute(
                                "values_int64s",
                                values.stream().map(v -> (Long) v).toList()),
                        attribute("default_int64", (Long) t.unknown()));
    }

    /** Rows go to the segments they name; those with a negative number go to one more, which is dropped. */
    private static String segments(OnnxNodes nodes, Node n, SegmentFold s) {
        DType type = n.output(0).dtype(), held = OnnxNodes.common(type);
        Shape shape = n.output(0).shape();
        Shape more = shape.with(0, s.segments() + 1);
        if (!nodes.isKnown(n)) throw nodes.unsupported(n, "folds segments of a length that is not known");
        Tensor start = s.apply(List.of(
                        Tensor.zeros(type, more.with(0, 1)), Tensor.wrap(DType.INT32, Shape.of(1), new int[] {-1})))
                .get(0)
                .cast(held);
        String first = nodes.op(
                "Expand",
                nodes.out.scalar(held, start.size() == 0 ? 0 : start.toDoubleArray()[0]),
                nodes.out.longs(more.toList().stream().mapToLong(i -> i).toArray()));
        String ids = nodes.cast(nodes.input(n, 1), n.input(1).dtype(), DType.INT64);
        String zero = nodes.out.scalar(DType.INT64, 0);
        String rows = nodes.op(
                "Unsqueeze",
                nodes.op("Where", nodes.op("Less", ids, zero), nodes.out.scalar(DType.INT64, s.segments()), ids),
                nodes.out.longs(1));
        String reduction = switch (s.function()) {
            case PRODUCT -> "mul";
            case MAX -> "max";
            case MIN -> "min";
            default -> "add";
        };
        String y = nodes.out.node(
                "ScatterND",
                List.of(first, rows, nodes.cast(nodes.input(n, 0), type, held)),
                attribute("reduction", reduction));
        return nodes.cast(
                nodes.op("Slice", y, nodes.out.longs(0), nodes.out.longs(s.segments()), nodes.out.longs(0)),
                held,
                type);
    }

    private static String lastWriter(OnnxNodes nodes, Node n) {
        String none = nodes.op(
                "Expand",
                nodes.out.scalar(DType.INT32, -1),
                nodes.length(nodes.shape(n.output(0)).get(0)));
        String ids = nodes.cast(nodes.input(n, 0), n.input(0).dtype(), DType.INT64);
        Length count = nodes.shape(n.input(0)).get(0);
        String places = nodes.op(
                "Range",
                nodes.out.scalar(DType.INT32, 0),
                nodes.cast(nodes.op("Squeeze", nodes.length(count), nodes.out.longs(0)), DType.INT64, DType.INT32),
                nodes.out.scalar(DType.INT32, 1));
        return nodes.out.node(
                "ScatterND",
                List.of(none, nodes.op("Unsqueeze", ids, nodes.out.longs(1)), places),
                attribute("reduction", "max"));
    }
}
