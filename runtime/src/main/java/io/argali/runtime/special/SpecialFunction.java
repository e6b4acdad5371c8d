package io.argali.runtime.special;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * Functions of numbers that the primitive operations do not give, place by place, computed in float64. TensorFlow has an operation for each; to add
 * one, add its derivative to the trainer's {@code SpecialGradients} as well.
 */
public enum SpecialFunction implements TensorFunction {
    /** {@code 1 − erf(x)}, without losing its small values. */
    ERFC("Erfc", Normal::complementaryError),
    /** The inverse of the normal distribution: the x below which a part p of it lies. */
    NDTRI("Ndtri", Normal::quantile),
    LOG_GAMMA("Lgamma", Gammas::logGamma),
    DIGAMMA("Digamma", Gammas::digamma),
    /** {@code (n, x)}: the n-th derivative of digamma. */
    POLYGAMMA("Polygamma", Gammas::polygamma),
    /** {@code (x, q)}: Hurwitz' zeta function. */
    ZETA("Zeta", Gammas::zeta),
    /** {@code (a, x)}: the lower regularized incomplete gamma function. */
    LOWER_GAMMA("Igamma", (a, x) -> Gammas.incomplete(a, x, false)),
    /** {@code (a, x)}: the upper one. */
    UPPER_GAMMA("Igammac", (a, x) -> Gammas.incomplete(a, x, true)),
    /** {@code (a, x)}: the derivative of the lower one by a. */
    LOWER_GAMMA_BY_A("IgammaGradA", Gammas::incompleteByA),
    /** {@code (a, b, x)}: the regularized incomplete beta function. */
    INCOMPLETE_BETA("Betainc", 3, v -> Gammas.beta(v[0], v[1], v[2])),
    BESSEL_I0("BesselI0", x -> Bessel.modified(0, x)),
    BESSEL_I1("BesselI1", x -> Bessel.modified(1, x)),
    /** {@code exp(-|x|) I(x)}. */
    BESSEL_I0E("BesselI0e", x -> Bessel.scaledModified(0, x)),
    BESSEL_I1E("BesselI1e", x -> Bessel.scaledModified(1, x)),
    BESSEL_J0("BesselJ0", x -> Bessel.first(0, x)),
    BESSEL_J1("BesselJ1", x -> Bessel.first(1, x)),
    BESSEL_Y0("BesselY0", x -> Bessel.second(0, x)),
    BESSEL_Y1("BesselY1", x -> Bessel.second(1, x)),
    BESSEL_K0("BesselK0", x -> Math.exp(-Math.max(0, x)) * Bessel.scaledThird(0, x)),
    BESSEL_K1("BesselK1", x -> Math.exp(-Math.max(0, x)) * Bessel.scaledThird(1, x)),
    /** {@code exp(x) K(x)}. */
    BESSEL_K0E("BesselK0e", x -> Bessel.scaledThird(0, x)),
    BESSEL_K1E("BesselK1e", x -> Bessel.scaledThird(1, x)),
    DAWSON("Dawsn", Integrals::dawson),
    /** The exponential integral Ei. */
    EXPONENTIAL_INTEGRAL("Expint", Integrals::exponential),
    SPENCE("Spence", Integrals::spence),
    FRESNEL_COS("FresnelCos", x -> Integrals.fresnel(x, false)),
    FRESNEL_SIN("FresnelSin", x -> Integrals.fresnel(x, true)),
    /** {@code (x, y)}: the number of x' type next to x towards y. */
    NEXT_AFTER("NextAfter", 2, v -> Math.nextAfter(v[0], v[1])) {
        @Override
        Tensor at(List<Tensor> in, Shape shape) {
            DType type = in.get(0).dtype();
            if (type != DType.FLOAT32) return super.at(in, shape);
            float[] x = in.get(0).toFloatArray();
            double[] y = in.get(1).toDoubleArray();
            for (int i = 0; i < x.length; i++) x[i] = Math.nextAfter(x[i], y[i]);
            return Tensor.wrap(type, shape, x);
        }
    };

    /** A function of the numbers at one place. */
    private interface Rule {
        double of(double[] arguments);
    }

    private final String tensorFlow;
    private final int arguments;
    private final Rule rule;

    SpecialFunction(String tensorFlow, int arguments, Rule rule) {
        this.tensorFlow = tensorFlow;
        this.arguments = arguments;
        this.rule = rule;
    }

    SpecialFunction(String tensorFlow, DoubleUnaryOperator f) {
        this(tensorFlow, 1, v -> f.applyAsDouble(v[0]));
    }

    SpecialFunction(String tensorFlow, DoubleBinaryOperator f) {
        this(tensorFlow, 2, v -> f.applyAsDouble(v[0], v[1]));
    }

    /** The name of TensorFlow's operation. */
    public String tensorFlow() {
        return tensorFlow;
    }

    /** How many arguments it has. */
    public int arguments() {
        return arguments;
    }

    /** The results for values of one type, which broadcast. */
    public Value of(Value... x) {
        Shape shape = Arrays.stream(x).map(Value::shape).reduce(Shape.SCALAR, Shape::broadcast);
        return on(Arrays.stream(x).map(v -> v.broadcastTo(shape)).toArray(Value[]::new))
                .get(0);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return List.of(in.get(0));
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        return List.of(at(in, in.get(0).shape()));
    }

    Tensor at(List<Tensor> in, Shape shape) {
        double[][] given = in.stream().map(Tensor::toDoubleArray).toArray(double[][]::new);
        double[] r = new double[shape.size()], place = new double[arguments];
        for (int i = 0; i < r.length; i++) {
            for (int k = 0; k < arguments; k++) place[k] = given[k][i];
            r[i] = rule.of(place);
        }
        return Tensor.wrap(DType.FLOAT64, shape, r).cast(in.get(0).dtype());
    }
}
