package io.argali.cli;

import io.argali.converters.Difference;
import io.argali.converters.Models;
import io.argali.converters.Parity;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.runtime.model.LayerOutput;
import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code argali verify}. */
@Command(
        name = "verify",
        description =
                "Checks that a model predicts what its original predicted. Without options, by the certificate in its file.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "The model.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path model;

    @Option(names = "--input", paramLabel = "FILE", description = "The inputs: .npz, .npy or .csv.")
    private @Nullable Path input;

    @Option(
            names = "--expected",
            paramLabel = "FILE",
            description = "What the original makes of them: an .npz, by name or in order, or an .npy.")
    private @Nullable Path expected;

    @Option(
            names = "--layers",
            paramLabel = "FILE",
            description = "What the original's layers give, by tools/dump_layers.py: shows where the two part.")
    private @Nullable Path layers;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description =
                    "How far a number may be off: absolutely, or by this part of the array's largest number if above 1 (default 1e-5).")
    private @Nullable Double tolerance;

    @Option(
            names = "--store",
            paramLabel = "FILE",
            description = "Saves the model as .keras with input and expected as its certificate, if it passes.")
    private @Nullable Path store;

    @Mixin
    private final Loading loading = new Loading();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if ((expected != null || layers != null || store != null) && input == null)
            throw new ParameterException(spec.commandLine(), "--expected, --layers and --store need --input");
        if (input != null && expected == null && layers == null)
            throw new ParameterException(spec.commandLine(), "--input needs --expected or --layers");
        if (store != null && expected == null)
            throw new ParameterException(spec.commandLine(), "--store needs --expected");
        if (tolerance != null && !(tolerance >= 0))
            throw new ParameterException(spec.commandLine(), "--tolerance must be 0 or more, got " + tolerance);
        return Failures.guard(model.toString(), this::verify);
    }

    private int verify() {
        Model loaded = loading.load(model);
        boolean ok = true;
        Path in = input, dump = layers;
        if (in == null || expected != null) {
            Parity parity = in == null ? certificate() : given(loaded, in, Objects.requireNonNull(expected));
            ok = report("output", parity.check(loaded), List.of());
            if (ok && store != null) Models.save(loaded, store, parity);
        }
        if (in != null && dump != null) ok &= layers(loaded, DataFiles.inputs(in, loaded), dump);
        return ok ? 0 : 1;
    }

    private Parity certificate() {
        Parity kept = Parity.read(model);
        if (kept == null)
            throw new IllegalArgumentException(
                    model + ": has no parity certificate; give --input and --expected, and --store to make one");
        return tolerance == null ? kept : new Parity(kept.inputs(), kept.outputs(), tolerance);
    }

    private double tolerated() {
        return tolerance == null ? Parity.TOLERANCE : tolerance;
    }

    private Parity given(Model loaded, Path in, Path file) {
        Map<String, ArrayData> arrays = DataFiles.read(file);
        List<String> names = loaded.outputNames();
        if (arrays.size() != names.size())
            throw new IllegalArgumentException(
                    file + ": expected an array for each of the outputs " + names + ", got " + arrays.keySet());
        boolean byName = arrays.keySet().containsAll(names);
        List<ArrayData> inOrder = List.copyOf(arrays.values());
        List<Tensor> outputs = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            ArrayData a = byName ? Objects.requireNonNull(arrays.get(names.get(i))) : inOrder.get(i);
            outputs.add(Tensors.of(file + ": " + names.get(i), a));
        }
        return new Parity(DataFiles.inputs(in, loaded), outputs, tolerated());
    }

    private boolean layers(Model loaded, List<Tensor> inputs, Path file) {
        Map<String, ArrayData> dump = DataFiles.read(file);
        List<Difference> differences = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (LayerOutput l : LayerOutput.of(loaded, inputs)) {
            ArrayData theirs = dump.get(l.name());
            if (theirs == null) missing.add(l.name());
            else
                differences.add(
                        Difference.of(l.name(), Tensors.of(file + ": " + l.name(), theirs), l.value(), tolerated()));
        }
        if (differences.isEmpty())
            throw new IllegalArgumentException(file + ": has none of the model's layers " + missing + ", but "
                    + dump.keySet().stream().limit(5).toList());
        return report("layer", differences, missing);
    }

    /** A table of differences; the first that is too large is pointed at. */
    private boolean report(String kind, List<Difference> differences, List<String> missing) {
        PrintWriter out = spec.commandLine().getOut();
        int width = Math.max(
                kind.length(),
                differences.stream().mapToInt(d -> d.name().length()).max().orElse(0));
        out.println(("%-" + width + "s  %12s").formatted(kind, "difference"));
        int off = 0;
        for (Difference d : differences) {
            String mark = d.tolerated() ? "" : (off++ == 0 ? "  <- first off, at " : "  off, at ") + d.where();
            out.println(String.format(Locale.ROOT, "%-" + width + "s  %12.3g%s", d.name(), d.largest(), mark));
        }
        if (!missing.isEmpty()) out.println("not compared, as the original has no such " + kind + ": " + missing);
        out.println(off == 0 ? "equal within the tolerance" : off + " of " + differences.size() + " off");
        out.flush();
        return off == 0;
    }
}
