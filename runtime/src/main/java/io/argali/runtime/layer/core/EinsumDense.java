package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A dense layer over any axes: {@code activation(einsum(equation, x, kernel) + bias)}.
 *
 * @param equation of the input and the kernel: {@code "abc,cd->abd"}; the input's first or last axes may be {@code ...}
 * @param outputShape without the batch and the axes under an ellipsis; null where the input says it
 * @param biasAxes the letters of the result that the bias has; null for no bias
 */
public record EinsumDense(
        String equation,
        List<@Nullable Integer> outputShape,
        Activation activation,
        @Nullable String biasAxes,
        WeightOptions kernel,
        WeightOptions bias)
        implements UnaryLayer, Quantization.Quantizable {
    public static final EinsumDense DEFAULTS = new EinsumDense(
            "ab,bc->ac", List.of(1), Activation.LINEAR, null, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS);

    private static final Pattern EQUATION =
            Pattern.compile("(\\.\\.\\.)?([a-zA-Z]+)(\\.\\.\\.)?,([a-zA-Z]+)->(\\.\\.\\.)?([a-zA-Z]+)(\\.\\.\\.)?");

    @Override
    public Value call(Scope scope, Value x) {
        Axes axes = axes(x.shape());
        Shape biased = axes.bias;
        Supplier<Value> asked = biased == null ? null : () -> scope.weight("bias", biased, bias);
        return activation.apply(
                new KernelProduct(scope, form(x.rank(), axes.kernel), axes.kernel, axes.withFans(kernel), asked)
                        .of(scope.floating(x)));
    }

    @Override
    public boolean takes(Quantization quantization) {
        return true;
    }

    /** The equation with a label for each axis that an ellipsis stands for. */
    private EinsumForm form(int rank, Shape kernel) {
        Matcher m = parsed();
        StringBuilder elided = new StringBuilder();
        for (char c = 'a'; elided.length() < rank - m.group(2).length(); c++)
            if (equation.indexOf(c) < 0) elided.append(c);
        boolean left = m.group(1) != null;
        return new EinsumForm(
                equation,
                left ? elided + m.group(2) : m.group(2) + elided,
                m.group(4),
                left ? elided + m.group(6) : m.group(6) + elided,
                kernel);
    }

    private Matcher parsed() {
        Matcher m = EQUATION.matcher(equation.replace(" ", ""));
        if (!m.matches())
            throw new ShapeException("equation \"" + equation
                    + "\" is not of the form [X],[Y]->[Z], ...[X],[Y]->...[Z] or [X]...,[Y]->[Z]...");
        return m;
    }

    /** What the equation says of the weights. */
    private record Axes(Shape kernel, @Nullable Shape bias, int[] inputs, int[] outputs) {
        /** Which axes are fans in and which are fans out, for the initializers that ask. */
        WeightOptions withFans(WeightOptions o) {
            Initializer i = switch (o.initializer()) {
                case Initializer.VarianceScaling v
                when v.inputAxes() == null || v.outputAxes() == null ->
                    new Initializer.VarianceScaling(v.scale(), v.mode(), v.distribution(), v.seed(), inputs, outputs);
                case Initializer.GlorotUniform v
                when v.inputAxes() == null -> new Initializer.GlorotUniform(v.seed(), inputs, outputs);
                case Initializer.GlorotNormal v
                when v.inputAxes() == null -> new Initializer.GlorotNormal(v.seed(), inputs, outputs);
                case Initializer.HeUniform v
                when v.inputAxes() == null -> new Initializer.HeUniform(v.seed(), inputs, outputs);
                case Initializer.HeNormal v
                when v.inputAxes() == null -> new Initializer.HeNormal(v.seed(), inputs, outputs);
                case Initializer.LecunUniform v
                when v.inputAxes() == null -> new Initializer.LecunUniform(v.seed(), inputs, outputs);
                case Initializer.LecunNormal v
                when v.inputAxes() == null -> new Initializer.LecunNormal(v.seed(), inputs, outputs);
                default -> o.initializer();
            };
            return new WeightOptions(i, o.regularizer(), o.constraint());
        }
    }

    private Axes axes(Shape input) {
        Matcher m = parsed();
        String in = m.group(2), weight = m.group(4), out = m.group(6);
        boolean leftElided = m.group(1) != null;
        int elided = input.rank() - in.length();
        if (elided < 0) throw new ShapeException("equation \"" + equation + "\" has more axes than " + input);
        List<@Nullable Integer> lengths = resultLengths(input, elided, leftElided);
        int inStart = leftElided ? elided : 0, outStart = leftElided ? elided : 0;
        List<Integer> kernelShape = new ArrayList<>(), inputs = new ArrayList<>(), outputs = new ArrayList<>();
        for (int i = 0; i < weight.length(); i++) {
            char c = weight.charAt(i);
            int o = out.indexOf(c), n = in.indexOf(c);
            Integer length = o >= 0 ? lengths.get(outStart + o) : null;
            if (length == null && n >= 0) length = input.dim(inStart + n);
            if (length == null)
                throw new ShapeException(
                        "equation \"" + equation + "\" does not say how long the kernel's axis " + c + " is");
            kernelShape.add(length);
            (o >= 0 ? outputs : inputs).add(i);
        }
        return new Axes(
                Shape.of(kernelShape),
                biasShape(input, in, out, lengths, inStart, outStart, leftElided ? 0 : elided),
                ints(inputs),
                ints(outputs));
    }

    /** The result's lengths with the batch and what the ellipsis stands for; null where only the input says it. */
    private List<@Nullable Integer> resultLengths(Shape input, int elided, boolean leftElided) {
        List<@Nullable Integer> r = new ArrayList<>(outputShape);
        r.add(0, input.dim(0));
        if (leftElided) for (int i = 1; i < elided; i++) r.add(i, input.dim(i));
        else for (int i = input.rank() - elided; i < input.rank(); i++) r.add(input.dim(i));
        return r;
    }

    private @Nullable Shape biasShape(
            Shape input,
            String in,
            String out,
            List<@Nullable Integer> lengths,
            int inStart,
            int outStart,
            int trailing) {
        if (biasAxes == null) return null;
        int first = out.length();
        for (char c : biasAxes.toCharArray()) {
            if (out.indexOf(c) < 0)
                throw new ShapeException("bias axis " + c + " is not among the results of \"" + equation + "\"");
            first = Math.min(first, out.indexOf(c));
        }
        List<Integer> r = new ArrayList<>();
        for (int i = first; i < out.length(); i++) {
            char c = out.charAt(i);
            Integer length = lengths.get(outStart + i);
            if (length == null) length = input.dim(inStart + in.indexOf(c));
            r.add(biasAxes.indexOf(c) >= 0 ? length : 1);
        }
        for (int i = 0; i < trailing; i++) r.add(1);
        return Shape.of(r);
    }

    private static int[] ints(List<Integer> l) {
        return l.stream().mapToInt(Integer::intValue).toArray();
    }
}
