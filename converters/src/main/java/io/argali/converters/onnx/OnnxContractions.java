package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.export.DynamicGraph;
import io.argali.loader.protobuf.onnx.AttributeProto;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Matrix products, convolutions and pooling; the latter two have channels first. */
final class OnnxContractions {
    private final OnnxNodes nodes;
    private final OnnxGraph out;
    private final DynamicGraph graph;

    OnnxContractions(OnnxNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    void add(Node n, Op.Contraction c) {
        switch (c) {
            case Op.MatMul m -> nodes.put(n, matMul(n, m));
            case Op.Conv v -> conv(n, v);
            case Op.ConvInputGradient v -> convTranspose(n, v);
            case Op.Pool p -> pool(n, p);
            case Op.ConvKernelGradient v -> throw nodes.unsupported(n, "computes gradients");
            case Op.PoolGradient v -> throw nodes.unsupported(n, "computes gradients");
        }
    }

    private String matMul(Node n, Op.MatMul m) {
        DType type = n.input(0).dtype(), held = OnnxNodes.common(type);
        if (n.input(0).rank() == 2
                && n.input(1).rank() == 2
                && type.isFloating()
                && (m.transposeA() || m.transposeB())) {
            return out.node(
                    "Gemm",
                    List.of(nodes.input(n, 0), nodes.input(n, 1)),
                    attribute("transA", m.transposeA() ? 1 : 0),
                    attribute("transB", m.transposeB() ? 1 : 0));
        }
        String a = swapped(n.input(0), m.transposeA()), b = swapped(n.input(1), m.transposeB());
        return nodes.cast(nodes.op("MatMul", nodes.cast(a, type, held), nodes.cast(b, type, held)), held, type);
    }

    private String swapped(Value v, boolean swap) {
        if (!swap) return nodes.get(v);
        List<Integer> p = new ArrayList<>(IntStream.range(0, v.rank()).boxed().toList());
        Collections.swap(p, v.rank() - 1, v.rank() - 2);
        return nodes.isConstant(v)
                ? nodes.constant(v.node(), v.transpose(p))
                : out.node("Transpose", List.of(nodes.get(v)), attribute("perm", p));
    }

    /** A kernel (spatial…, in, out) as (out, in, spatial…). */
    private String kernel(Value k) {
        List<Integer> p = new ArrayList<>(List.of(k.rank() - 1, k.rank() - 2));
        for (int i = 0; i < k.rank() - 2; i++) p.add(i);
        return nodes.isConstant(k)
                ? nodes.constant(k.node(), k.transpose(p))
                : out.node("Transpose", List.of(nodes.get(k)), attribute("perm", p));
    }

    private void conv(Node n, Op.Conv c) {
        DType type = n.input(0).dtype();
        if (!type.isFloating()) throw nodes.unsupported(n, "convolves " + type.kerasName());
        List<AttributeProto> attributes = new ArrayList<>(window(
                n,
                m -> ((Op.Conv) m.op()).window(),
                m -> m.input(1).shape().slice(0, m.input(1).rank() - 2).toList()));
        attributes.add(attribute("group", c.groups()));
        String x = nodes.first(n.input(0)), k = kernel(n.input(1));
        DType held = type == DType.FLOAT64 ? DType.FLOAT32 : type;
        String y = out.node(
                "Conv",
                List.of(nodes.cast(x, type, held), nodes.cast(k, type, held)),
                attributes.toArray(AttributeProto[]::new));
        nodes.putFirst(n.output(0), nodes.cast(y, held, type));
    }

    /** Strides, dilations and padding; padding that goes with the input's length has to be the one that ONNX calls SAME. */
    private List<AttributeProto> window(Node n, Function<Node, Op.Window> of, Function<Node, List<Integer>> sizes) {
        Op.Window w = of.apply(n);
        List<AttributeProto> r = new ArrayList<>();
        r.add(attribute("strides", w.strides()));
        r.add(attribute("dilations", w.dilations()));
        if (graph.isFixed(n, m -> List.of(of.apply(m).low(), of.apply(m).high()))) {
            List<Integer> pads = new ArrayList<>(w.low());
            pads.addAll(w.high());
            if (pads.stream().anyMatch(p -> p < 0)) throw nodes.unsupported(n, "has negative padding");
            r.add(attribute("pads", pads));
        } else if (graph.always(n, m -> isSame(m, of.apply(m), sizes.apply(m)))) {
            r.add(attribute("auto_pad", "SAME_UPPER"));
        } else {
            throw nodes.unsupported(n, "pads by the input's lengths");
        }
        return r;
    }

    private static boolean isSame(Node n, Op.Window w, List<Integer> sizes) {
        for (int i = 0; i < sizes.size(); i++) {
            int length = n.input(0).shape().dim(i + 1), stride = w.strides().get(i);
            int span = (sizes.get(i) - 1) * w.dilations().get(i) + 1;
            int all = Math.max(0, ((length + stride - 1) / stride - 1) * stride + span - length);
            if (w.low().get(i) != all / 2 || w.high().get(i) != all - all / 2) return false;
        }
        return true;
    }

    private void convTranspose(Node n, Op.ConvInputGradient c) {
        DType type = n.input(0).dtype();
        Value k = n.input(1);
        int spatial = k.rank() - 2;
        List<Integer> pads = new ArrayList<>(), more = new ArrayList<>();
        Function<Node, List<Integer>> rest = m -> {
            Op.ConvInputGradient g = (Op.ConvInputGradient) m.op();
            List<Integer> r = new ArrayList<>();
            for (int i = 0; i < spatial; i++) {
                int span =
                        (m.input(1).shape().dim(i) - 1) * g.window().dilations().get(i) + 1;
                int whole = (m.input(0).shape().dim(i + 1) - 1)
                                * g.window().strides().get(i)
                        + span;
                r.add(g.inputShape().dim(i + 1)
                        + g.window().low().get(i)
                        + g.window().high().get(i)
                        - whole);
            }
            return r;
        };
        if (!graph.isFixed(n, m -> ((Op.ConvInputGradient) m.op()).window()) || !graph.isFixed(n, rest))
            throw nodes.unsupported(n, "pads by the input's lengths");
        // What lies beyond the last window is cut or filled behind the convolution.
        List<Integer> beyond = rest.apply(n);
        for (int i = 0; i < spatial; i++) {
            pads.add(c.window().low().get(i));
            more.add(Math.max(0, beyond.get(i)));
        }
        for (int i = 0; i < spatial; i++) {
            pads.add(c.window().high().get(i) + Math.max(0, -beyond.get(i)));
        }
        boolean odd = pads.stream().anyMatch(p -> p < 0)
                || IntStream.range(0, spatial)
                        .anyMatch(i -> more.get(i)
                                        >= Math.max(
                                                c.window().strides().get(i),
                                                c.window().dilations().get(i))
                                && more.get(i) > 0);
        if (odd) throw nodes.unsupported(n, "is a transposed convolution with unusual padding");
        DType held = type == DType.FLOAT64 ? DType.FLOAT32 : type;
        String y = out.node(
                "ConvTranspose",
                List.of(nodes.cast(nodes.first(n.input(0)), type, held), nodes.cast(kernel(k), type, held)),
                attribute("strides", c.window().strides()),
                attribute("dilations", c.window().dilations()),
                attribute("pads", pads),
                attribute("output_padding", more),
                attribute("group", c.groups()));
        nodes.putFirst(n.output(0), nodes.cast(y, held, type));
    }

    private void pool(Node n, Op.Pool p) {
        DType type = n.input(0).dtype(), held = type.isFloating() && type != DType.FLOAT64 ? type : DType.FLOAT32;
        List<AttributeProto> attributes =
                new ArrayList<>(window(n, m -> ((Op.Pool) m.op()).window(), m -> ((Op.Pool) m.op()).size()));
        boolean dilated = p.window().dilations().stream().anyMatch(d -> d != 1);
        if (!dilated) attributes.remove(1);
        attributes.add(attribute("kernel_shape", p.size()));
        if (!p.max()) attributes.add(attribute("count_include_pad", 0));
        String y = out.node(
                p.max() ? "MaxPool" : "AveragePool",
                List.of(nodes.cast(nodes.first(n.input(0)), type, held)),
                attributes.toArray(AttributeProto[]::new));
        nodes.putFirst(n.output(0), nodes.cast(y, held, type));
    }
}
