package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.attr;
import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.converters.tensorflow.TfGraph.Attr;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Products of matrices, convolutions and pools, and their gradients. */
final class TfContractions {
    private final TfNodes nodes;
    private final TfGraph out;
    private final DynamicGraph graph;

    TfContractions(TfNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    String add(Node n, Op.Contraction c) {
        return switch (c) {
            case Op.MatMul m -> matMul(n, m);
            case Op.Conv v -> conv(n, v);
            case Op.ConvInputGradient v -> inputGradient(n, v);
            case Op.ConvKernelGradient v -> kernelGradient(n, v);
            case Op.Pool p -> pool(n, p);
            case Op.PoolGradient p -> poolGradient(n, p);
        };
    }

    private String matMul(Node n, Op.MatMul m) {
        DType type = n.input(0).dtype(), held = TfNodes.common(type);
        Value a = n.input(0), b = n.input(1);
        String x = nodes.cast(nodes.get(a), type, held), y = nodes.cast(nodes.get(b), type, held);
        if (a.rank() == 2 && b.rank() == 2) {
            return nodes.cast(
                    out.node(
                            "MatMul",
                            List.of(x, y),
                            type("T", held),
                            attr("transpose_a", m.transposeA()),
                            attr("transpose_b", m.transposeB())),
                    held,
                    type);
        }
        if (b.rank() == 2 && !m.transposeA() && a.shape().last() > 0) { // all rows are one matrix
            String rows = nodes.reshape(x, held, out.ints(-1, a.shape().last()));
            String product = out.node("MatMul", List.of(rows, y), type("T", held), attr("transpose_b", m.transposeB()));
            return nodes.cast(nodes.reshape(product, held, nodes.vector(graph.shape(n.output(0)))), held, type);
        }
        return nodes.cast(
                out.node(
                        "BatchMatMulV2",
                        List.of(x, y),
                        type("T", held),
                        attr("adj_x", m.transposeA()),
                        attr("adj_y", m.transposeB())),
                held,
                type);
    }

    /** A convolution as TensorFlow has them: over two or three spatial axes; one axis becomes two. */
    private final class Conv {
        final Node node;
        final DType type;
        final int spatial;
        final boolean one;
        final Function<Node, Op.Window> window;
        final Op.Window own;

        Conv(Node node, int rank, Function<Node, Op.Window> window) {
            this.node = node;
            this.type = node.output(0).dtype();
            this.spatial = rank - 2;
            this.one = spatial == 1;
            this.window = window;
            this.own = window.apply(node);
        }

        String dims() {
            return spatial == 3 ? "3D" : "2D";
        }

        String wide(String x) {
            return one ? nodes.expand(x, type, 1) : x;
        }

        String wideKernel(String k) {
            return one ? nodes.expand(k, type, 0) : k;
        }

        String narrow(String x) {
            return one ? nodes.squeeze(x, type, 1) : x;
        }

        /** One entry for each of TensorFlow's axes. */
        List<Integer> entries(List<Integer> each) {
            List<Integer> r = new ArrayList<>(List.of(1));
            if (one) r.add(1);
            r.addAll(each);
            r.add(1);
            return r;
        }

        List<Length> low() {
            return graph.lengths(node, m -> window.apply(m).low());
        }

        List<Length> high() {
            return graph.lengths(node, m -> window.apply(m).high());
        }

        boolean isValid() {
            return graph.always(
                    node,
                    m -> window.apply(m).low().stream().allMatch(i -> i == 0)
                            && window.apply(m).high().stream().allMatch(i -> i == 0));
        }

        /** Whether the padding is what TensorFlow calls SAME, for windows of these sizes over an input of this shape. */
        boolean isSame(Function<Node, List<Integer>> sizes, Function<Node, Shape> input) {
            return graph.always(node, m -> {
                Op.Window w = window.apply(m);
                for (int i = 0; i < spatial; i++) {
                    int length = input.apply(m).dim(i + 1), stride = w.strides().get(i);
                    int span = (sizes.apply(m).get(i) - 1) * w.dilations().get(i) + 1;
                    int all = Math.max(0, ((length + stride - 1) / stride - 1) * stride + span - length);
                    if (w.low().get(i) != all / 2 || w.high().get(i) != all - all / 2) return false;
                }
                return true;
            });
        }

        boolean isDilated() {
            return own.dilations().stream().anyMatch(d -> d != 1);
        }

        /** A kernel with zeros between its elements, for kernels that do not skip. */
        String dilated(String kernel) {
            String k = kernel;
            for (int i = 0; i < spatial; i++) {
                int d = own.dilations().get(i);
                if (d > 1) k = nodes.spread(k, type, spatial + 2, i, d - 1, 0);
            }
            return k;
        }

        /** The attributes of padding that is fixed, nothing or SAME. */
        List<Attr> padding(boolean same) {
            if (isValid()) return List.of(attr("padding", "VALID"));
            if (same) return List.of(attr("padding", "SAME"));
            List<Integer> pads = new ArrayList<>(List.of(0, 0));
            if (one) pads.addAll(List.of(0, 0));
            for (int i = 0; i < spatial; i++) {
                pads.add(own.low().get(i));
                pads.add(own.high().get(i));
            }
            pads.addAll(List.of(0, 0));
            return List.of(attr("padding", "EXPLICIT"), attr("explicit_paddings", pads));
        }

        boolean isFixed() {
            return graph.isFixed(
                    node, m -> List.of(window.apply(m).low(), window.apply(m).high()));
        }
    }

    private static List<Integer> sizes(Value kernel) {
        return kernel.shape().slice(0, kernel.rank() - 2).toList();
    }

    private String conv(Node n, Op.Conv c) {
        Conv v = new Conv(n, n.input(0).rank(), m -> ((Op.Conv) m.op()).window());
        if (!v.type.isFloating()) throw nodes.unsupported(n, "convolves " + v.type.kerasName());
        boolean same = v.isSame(m -> sizes(m.input(1)), m -> m.input(0).shape());
        String x = nodes.input(n, 0), k = nodes.input(n, 1);
        boolean explicit = v.spatial < 3 && v.isFixed();
        if (!v.isValid() && !same && !explicit) x = paddedSpatially(x, v.type, v.low(), v.high(), 0);
        List<Attr> attributes =
                new ArrayList<>(same || explicit || v.isValid() ? v.padding(same) : List.of(attr("padding", "VALID")));
        attributes.add(type("T", v.type));
        attributes.add(attr("strides", v.entries(c.window().strides())));
        int in = n.input(0).shape().last();
        Shape shape = n.input(1).shape();
        List<Integer> strides = c.window().strides();
        boolean depthwise = c.groups() == in
                && shape.dim(-2) == 1
                && v.spatial < 3
                && in > 1
                && !v.isDilated()
                && (v.spatial == 2 ? strides.get(0).equals(strides.get(1)) : strides.get(0) == 1);
        if (depthwise) {
            List<Integer> d = new ArrayList<>(shape.slice(0, v.spatial).toList());
            if (v.one) d.add(0, 1);
            d.addAll(List.of(in, shape.last() / in));
            return v.narrow(out.node(
                    "DepthwiseConv2dNative",
                    List.of(v.wide(x), nodes.reshape(k, v.type, out.ints(d))),
                    attributes.toArray(Attr[]::new)));
        }
        if (v.spatial == 3) k = v.dilated(k); // no kernel on the processor skips
        else attributes.add(attr("dilations", v.entries(c.window().dilations())));
        Attr[] all = attributes.toArray(Attr[]::new);
        String wide = v.wide(x), kernel = v.wideKernel(k);
        return v.narrow(grouped(
                v,
                c.groups(),
                List.of(wide, kernel),
                List.of(-1, -1),
                -1,
                parts -> out.node("Conv" + v.dims(), parts, all)));
    }

    /** One operation for each group of channels, on parts of its inputs along an axis each (counted from the end; 0: not parted). */
    private String grouped(
            Conv v,
            int groups,
            List<String> inputs,
            List<Integer> axes,
            int outAxis,
            Function<List<String>, String> op) {
        if (groups == 1) return op.apply(inputs);
        List<List<String>> parts = new ArrayList<>();
        int rank = v.one ? 4 : v.spatial + 2;
        for (int i = 0; i < inputs.size(); i++) {
            parts.add(
                    axes.get(i) == 0
                            ? Collections.nCopies(groups, inputs.get(i))
                            : out.nodes(
                                    "Split",
                                    groups,
                                    List.of(out.scalar(DType.INT32, rank + axes.get(i)), inputs.get(i)),
                                    type("T", v.type),
                                    attr("num_split", groups)));
        }
        List<String> results = new ArrayList<>();
        for (int g = 0; g < groups; g++) {
            int group = g;
            results.add(op.apply(parts.stream().map(p -> p.get(group)).toList()));
        }
        return nodes.concat(results, v.type, rank + outAxis);
    }

    /** Gradients are taken of a convolution without padding, over the padded input. */
    private String inputGradient(Node n, Op.ConvInputGradient c) {
        Conv v = new Conv(n, n.input(1).rank(), m -> ((Op.ConvInputGradient) m.op()).window());
        List<Length> low = v.low(), shape = new ArrayList<>(), begin = new ArrayList<>(), size = new ArrayList<>();
        boolean whole = v.isValid();
        for (int i = 0; i < v.spatial + 2; i++) {
            int a = i;
            boolean inside = i > 0 && i <= v.spatial;
            shape.add(graph.length(n, m -> {
                Op.ConvInputGradient g = (Op.ConvInputGradient) m.op();
                int length = a == v.spatial + 1
                        ? g.inputShape().last() / g.groups()
                        : g.inputShape().dim(a);
                return inside
                        ? length
                                + g.window().low().get(a - 1)
                                + g.window().high().get(a - 1)
                        : length;
            }));
            begin.add(inside ? low.get(i - 1) : new Length.Fixed(0));
            size.add(graph.length(
                    n, m -> ((Op.ConvInputGradient) m.op()).inputShape().dim(a)));
        }
        if (v.one) shape.add(1, new Length.Fixed(1));
        String sizes = nodes.vector(shape), dy = v.wide(nodes.input(n, 0));
        String kernel = v.wideKernel(v.dilated(nodes.input(n, 1)));
        String y = v.narrow(grouped(
                v,
                c.groups(),
                List.of(sizes, kernel, dy),
                List.of(0, -1, -1),
                -1,
                in -> out.node(
                        v.spatial == 3 ? "Conv3DBackpropInputV2" : "Conv2DBackpropInput",
                        in,
                        type("T", v.type),
                        attr("padding", "VALID"),
                        attr("strides", v.entries(c.window().strides())))));
        if (whole) return y;
        return out.node(
                "Slice",
                List.of(y, nodes.vector(begin), nodes.vector(size)),
                type("T", v.type),
                type("Index", DType.INT32));
    }

    private String kernelGradient(Node n, Op.ConvKernelGradient c) {
        Conv v = new Conv(n, n.input(0).rank(), m -> ((Op.ConvKernelGradient) m.op()).window());
        String x = nodes.input(n, 0);
        if (!v.isValid()) x = paddedSpatially(x, v.type, v.low(), v.high(), 0);
        // Rows and columns that no window reaches are not part of a convolution without padding as TensorFlow counts
        // them: it takes them.
        Shape k = c.kernelShape();
        List<Integer> d = new ArrayList<>();
        if (v.one) d.add(1);
        for (int i = 0; i < v.spatial; i++)
            d.add((k.dim(i) - 1) * c.window().dilations().get(i) + 1);
        d.add(k.dim(-2));
        d.add(k.last() / c.groups());
        String y = grouped(
                v,
                c.groups(),
                List.of(v.wide(x), out.ints(d), v.wide(nodes.input(n, 1))),
                List.of(-1, 0, -1),
                -1,
                in -> out.node(
                        v.spatial == 3 ? "Conv3DBackpropFilterV2" : "Conv2DBackpropFilter",
                        in,
                        type("T", v.type),
                        attr("padding", "VALID"),
                        attr("strides", v.entries(c.window().strides()))));
        if (v.one) y = nodes.squeeze(y, v.type, 0);
        if (!v.isDilated()) return y;
        List<Integer> steps = new ArrayList<>(c.window().dilations());
        steps.addAll(List.of(1, 1));
        int rank = steps.size();
        return out.node(
                "StridedSlice",
                List.of(y, out.ints(new int[rank]), out.ints(new int[rank]), out.ints(steps)),
                type("T", v.type),
                type("Index", DType.INT32),
                attr("end_mask", (1 << rank) - 1));
    }

    private String pool(Node n, Op.Pool p) {
        Conv v = new Conv(n, n.input(0).rank(), m -> ((Op.Pool) m.op()).window());
        if (v.isDilated()) throw nodes.unsupported(n, "pools with dilation");
        boolean same = v.isSame(m -> ((Op.Pool) m.op()).size(), m -> m.input(0).shape());
        String x = nodes.input(n, 0);
        if (v.isValid() || same) return pooled(v, p, x, same ? "SAME" : "VALID");
        if (p.max()) {
            double least = v.type.isFloating() ? Double.NEGATIVE_INFINITY : Integer.MIN_VALUE;
            return pooled(v, p, paddedSpatially(x, v.type, v.low(), v.high(), least), "VALID");
        }
        // The average with zeros around, over the part of each window that is inside.
        List<Length> shape = new ArrayList<>(graph.shape(n.input(0)));
        shape.set(0, new Length.Fixed(1));
        shape.set(shape.size() - 1, new Length.Fixed(1));
        String ones = paddedSpatially(nodes.fill(nodes.vector(shape), v.type, 1), v.type, v.low(), v.high(), 0);
        String sum = pooled(v, p, paddedSpatially(x, v.type, v.low(), v.high(), 0), "VALID");
        return nodes.op("RealDiv", v.type, sum, pooled(v, p, ones, "VALID"));
    }

    private String pooled(Conv v, Op.Pool p, String x, String padding) {
        boolean three = v.spatial == 3;
        DType held = v.type.isFloating() ? v.type : DType.FLOAT32;
        String y = out.node(
                (p.max() ? "MaxPool" : "AvgPool") + (three ? "3D" : ""),
                List.of(nodes.cast(v.wide(x), v.type, held)),
                type("T", held),
                attr("ksize", v.entries(p.size())),
                attr("strides", v.entries(p.window().strides())),
                attr("padding", padding));
        return v.narrow(nodes.cast(y, held, v.type));
    }

    private String poolGradient(Node n, Op.PoolGradient p) {
        Conv v = new Conv(n, n.input(0).rank(), m -> ((Op.PoolGradient) m.op()).window());
        if (v.isDilated()) throw nodes.unsupported(n, "pools with dilation");
        boolean same =
                v.isSame(m -> ((Op.PoolGradient) m.op()).size(), m -> m.input(0).shape());
        if (!v.isValid() && !same) throw nodes.unsupported(n, "takes the gradient of a pooling with unusual padding");
        String padding = same ? "SAME" : "VALID";
        String dims = v.spatial == 3 ? "3D" : "";
        Attr[] attributes = {
            type("T", v.type),
            attr("ksize", v.entries(p.size())),
            attr("strides", v.entries(p.window().strides())),
            attr("padding", padding)
        };
        String x = v.wide(nodes.input(n, 0)), dy = v.wide(nodes.input(n, 1));
        if (!p.max()) {
            String shape = out.node("Shape", List.of(x), type("T", v.type), type("out_type", DType.INT32));
            return v.narrow(out.node("AvgPool" + dims + "Grad", List.of(shape, dy), attributes));
        }
        String y = out.node("MaxPool" + dims, List.of(x), attributes);
        Attr[] more = attributes;
        if (v.spatial == 3) {
            more = Arrays.copyOf(attributes, attributes.length + 1);
            more[attributes.length] = type("TInput", v.type);
        }
        return v.narrow(out.node("MaxPool" + dims + "Grad", List.of(x, y, dy), more));
    }

    /** Zeros, or copies of a value, before and after the spatial axes of (batch, spatial…, channels). */
    private String paddedSpatially(String x, DType type, List<Length> low, List<Length> high, double value) {
        List<Length> pairs = new ArrayList<>(List.of(new Length.Fixed(0), new Length.Fixed(0)));
        for (int i = 0; i < low.size(); i++) {
            pairs.add(low.get(i));
            pairs.add(high.get(i));
        }
        pairs.add(new Length.Fixed(0));
        pairs.add(new Length.Fixed(0));
        return nodes.padded(
                x, type, nodes.reshape(nodes.vector(pairs), DType.INT32, out.ints(low.size() + 2, 2)), value);
    }
}
