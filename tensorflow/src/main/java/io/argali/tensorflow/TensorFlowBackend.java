package io.argali.tensorflow;

import com.google.protobuf.InvalidProtocolBufferException;
import io.argali.converters.savedmodel.SavedModelBackend;
import io.argali.converters.tensorflow.TensorFlowGraph;
import io.argali.runtime.model.Predictor;
import io.argali.runtime.op.Graph;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.Executable;
import io.argali.runtime.plan.Rewrites;
import io.argali.runtime.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * Runs graphs on TensorFlow, on the processor or a GPU. The graphs of one model are in one session, where its weights are variables, which stay on
 * the device.
 */
public final class TensorFlowBackend implements Backend, SavedModelBackend {
    private final Options options;
    private final ConfigProto config;

    private TensorFlowBackend(Options options) {
        this.options = options;
        this.config = config(options);
    }

    /**
     * A backend.
     *
     * @throws IllegalStateException if TensorFlow cannot be loaded here, or has no such device; the message says why
     */
    public static TensorFlowBackend create(Options options) {
        try {
            TensorFlow.version();
        } catch (LinkageError | RuntimeException e) {
            throw new IllegalStateException(
                    "TensorFlow's natives for " + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                            + " cannot be loaded (" + firstLine(e) + ")",
                    e);
        }
        TensorFlowBackend backend = new TensorFlowBackend(options);
        if (options.device().startsWith("gpu")) backend.checkDevice();
        return backend;
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "";
    }

    /** The smallest graph that runs only if the device is there. */
    private void checkDevice() {
        io.argali.runtime.op.Value x = io.argali.runtime.op.Value.parameter(
                "x", io.argali.runtime.tensor.TensorType.of(io.argali.runtime.tensor.DType.FLOAT32, 1));
        Graph probe = new Graph(List.of(x), List.of(x.negate()));
        try {
            compiler(path -> Tensor.of(new float[1])).compile(probe).run(List.of(Tensor.of(new float[1])));
        } catch (RuntimeException e) {
            throw new IllegalStateException("TensorFlow finds no device \"" + options.device() + "\" here", e);
        }
    }

    private static ConfigProto config(Options options) {
        ConfigProto.Builder b =
                ConfigProto.newBuilder().setAllowSoftPlacement(options.device().isEmpty());
        if (options.device().equals("cpu")) b.putDeviceCount("GPU", 0);
        b.setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(options.growth()));
        GraphOptions.Builder graph = GraphOptions.newBuilder();
        if (options.xla()) {
            graph.setOptimizerOptions(OptimizerOptions.newBuilder()
                    .setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.ON_2)
                    .setCpuGlobalJit(true));
        }
        if (options.mixed()) {
            graph.setRewriteOptions(RewriterConfig.newBuilder().setAutoMixedPrecision(RewriterConfig.Toggle.ON));
        }
        return b.setGraphOptions(graph).build();
    }

    @Override
    public String name() {
        return options.device().isEmpty() ? "tensorflow" : "tensorflow/" + options.device();
    }

    @Override
    public Predictor savedModel(Path folder, @Nullable String signature) {
        return OriginalSavedModel.load(folder, signature, config);
    }

    @Override
    public Compiler compiler(Function<String, Tensor> weights) {
        SharedSession session = new SharedSession(config, device(options));
        return (graph, states) -> compile(graph, weights, session, states);
    }

    private static Executable compile(
            Graph graph, Function<String, Tensor> weights, SharedSession session, int states) {
        String prefix = session.prefix();
        TensorFlowGraph written = TensorFlowGraph.of(Rewrites.apply(graph), weights, prefix + "_");
        GraphDef def;
        try {
            def = GraphDef.parseFrom(written.graph().toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("TensorFlow does not read the graph that was written for it", e);
        }
        return session.add(prefix, graph, def, written, states);
    }

    /** TensorFlow's name of the device; empty for whichever is best. */
    private static String device(Options options) {
        if (options.device().isEmpty()) return "";
        String[] parts = options.device().split(":", 2);
        return "/device:" + parts[0].toUpperCase(java.util.Locale.ROOT) + ":" + (parts.length > 1 ? parts[1] : "0");
    }
}
