package io.argali.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Summary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code argali info}. */
@Command(
        name = "info",
        description = "Prints a model's layers, shapes and weights, as Keras' summary does.",
        mixinStandardHelpOptions = true)
final class InfoCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "The model.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path model;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Option(names = "--expand-nested", description = "Show the layers of nested models too.")
    private boolean expandNested;

    @Option(names = "--show-trainable", description = "Show which layers are trainable.")
    private boolean showTrainable;

    @Mixin
    private final Loading loading = new Loading();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        String text = Failures.guard(model.toString(), () -> {
            Model m = loading.load(model);
            Summary summary = Summary.of(m, expandNested);
            return json
                    ? new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(asJson(m, summary))
                    : summary.toText(showTrainable);
        });
        spec.commandLine().getOut().println(text);
        return 0;
    }

    private static Map<String, @Nullable Object> asJson(Model m, Summary summary) {
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        r.put("name", m.name());
        List<Object> inputs = new ArrayList<>();
        for (InputSpec s : m.inputs()) {
            inputs.add(Map.of(
                    "name",
                    s.name(),
                    "dtype",
                    s.dtype().kerasName(),
                    "shape",
                    s.shape().toString()));
        }
        r.put("inputs", inputs);
        r.put("outputs", m.outputNames());
        List<Object> layers = new ArrayList<>();
        for (Summary.Row row : summary.rows()) {
            Map<String, @Nullable Object> l = new LinkedHashMap<>();
            l.put("name", row.name());
            l.put("type", row.type());
            l.put("output_shape", row.outputShape());
            l.put("params", row.parameters());
            l.put("trainable", row.trainable());
            l.put("connected_to", row.connectedTo());
            layers.add(l);
        }
        r.put("layers", layers);
        r.put("total_params", summary.totalParameters());
        r.put("trainable_params", summary.trainableParameters());
        r.put("non_trainable_params", summary.totalParameters() - summary.trainableParameters());
        return r;
    }
}
