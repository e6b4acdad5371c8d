package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.export.DynamicGraph;
import io.argali.loader.protobuf.onnx.AttributeProto;
import io.argali.loader.protobuf.onnx.ValueInfoProto;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Loops and branches, each with graphs of their own. */
final class OnnxControl {
    private final OnnxNodes nodes;
    private final OnnxGraph out;
    private final DynamicGraph graph;

    OnnxControl(OnnxNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }
    /** Fills an inner graph's outputs. */
    private void outputs(OnnxNodes inner, Graph g) {
        List<String> made = inner.add(g);
        for (int i = 0; i < made.size(); i++) {
            String own = inner.op("Identity", made.get(i));
            inner.out.proto.addOutput(OnnxGraph.info(
                    own, g.outputs().get(i).dtype(), graph.shape(g.outputs().get(i))));
        }
    }

    void add(Node n, Op.Control c) {
        switch (c) {
            case Op.Scan s -> scan(n, s);
            case Op.While w -> loop(n, w);
            case Op.If i -> {
                AttributeProto[] branches = new AttributeProto[2];
                List<Graph> graphs = List.of(i.then(), i.otherwise());
                for (int k = 0; k < 2; k++) {
                    OnnxNodes inner = nodes.in(out.inner());
                    Graph g = graphs.get(k);
                    for (int p = 0; p < g.parameters().size(); p++)
                        inner.bind(g.parameters().get(p), nodes.input(n, p + 1));
                    outputs(inner, g);
                    branches[k] = attribute(
                            k == 0 ? "then_branch" : "else_branch",
                            inner.out.proto.setName(out.name("branch")).build());
                }
                results(n, out.node("If", List.of(nodes.input(n, 0)), n.types().size(), branches));
            }
        }
    }

    private void results(Node n, List<String> made) {
        for (int i = 0; i < made.size(); i++) nodes.result(n, i, made.get(i));
    }

    private ValueInfoProto parameter(OnnxNodes inner, Value p, String wanted) {
        String name = out.name(wanted);
        inner.bind(p, name);
        return OnnxGraph.info(name, p.dtype(), graph.shape(p));
    }

    private void scan(Node n, Op.Scan s) {
        OnnxNodes inner = nodes.in(out.inner());
        List<Value> parameters = s.body().parameters();
        int fixed = s.carries() + s.sequences();
        // Names of what is around must stand before the loop.
        List<String> in = n.inputs().stream().map(nodes::get).toList();
        for (int i = fixed; i < parameters.size(); i++) inner.bind(parameters.get(i), in.get(i));
        List<String> taken = new ArrayList<>(in.subList(0, fixed));
        for (int i = 0; i < fixed; i++)
            inner.out.proto.addInput(parameter(inner, parameters.get(i), i < s.carries() ? "carry" : "element"));
        int axis = s.axis(), sequences = s.sequences();
        List<Integer> inAxes = new ArrayList<>(Collections.nCopies(sequences, axis));
        if (sequences == 0) { // ONNX counts steps by its sequences
            String count =
                    nodes.op("Squeeze", nodes.length(graph.length(n, m -> ((Op.Scan) m.op()).length())), out.longs(0));
            taken.add(nodes.op("Range", out.scalar(DType.INT64, 0), count, out.scalar(DType.INT64, 1)));
            inner.out.proto.addInput(OnnxGraph.info(out.name("step"), DType.INT64, List.of()));
            sequences = 1;
            inAxes.add(0);
        }
        outputs(inner, s.body());
        int stacks = s.body().outputs().size() - s.carries(), direction = s.reverse() ? 1 : 0;
        results(
                n,
                out.node(
                        "Scan",
                        taken,
                        n.types().size(),
                        attribute(
                                "body",
                                inner.out.proto.setName(out.name("body")).build()),
                        attribute("num_scan_inputs", sequences),
                        attribute("scan_input_axes", inAxes),
                        attribute("scan_input_directions", Collections.nCopies(sequences, direction)),
                        attribute("scan_output_axes", Collections.nCopies(stacks, axis)),
                        attribute("scan_output_directions", Collections.nCopies(stacks, direction))));
    }

    private void loop(Node n, Op.While w) {
        List<String> in = n.inputs().stream().map(nodes::get).toList();
        OnnxNodes before = nodes.in(out.inner());
        OnnxNodes inner = nodes.in(out.inner());
        // The condition stands before the loop, and at the end of each step.
        OnnxNodes start = nodes.in(out);
        for (int i = 0; i < in.size(); i++)
            start.bind(w.condition().parameters().get(i), in.get(i));
        String goesOn = start.add(w.condition()).get(0);
        inner.out.proto.addInput(OnnxGraph.info(out.name("step"), DType.INT64, List.of()));
        inner.out.proto.addInput(OnnxGraph.info(out.name("goes_on"), DType.BOOL, List.of()));
        for (Value p : w.body().parameters()) inner.out.proto.addInput(parameter(inner, p, "carry"));
        List<String> next = inner.add(w.body());
        OnnxNodes end = inner.in(inner.out);
        for (int i = 0; i < next.size(); i++)
            end.bind(w.condition().parameters().get(i), next.get(i));
        String again = end.op("Identity", end.add(w.condition()).get(0));
        inner.out.proto.addOutput(OnnxGraph.info(again, DType.BOOL, List.of()));
        for (int i = 0; i < next.size(); i++) {
            Value v = w.body().outputs().get(i);
            inner.out.proto.addOutput(OnnxGraph.info(inner.op("Identity", next.get(i)), v.dtype(), graph.shape(v)));
        }
        List<String> taken = new ArrayList<>(List.of("", goesOn));
        taken.addAll(in);
        results(
                n,
                out.node(
                        "Loop",
                        taken,
                        n.types().size(),
                        attribute(
                                "body",
                                inner.out.proto.setName(before.out.name("body")).build())));
    }
}
