package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Fourier;
import io.argali.runtime.op.Fourier.Complex;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Complex numbers, which are two tensors here: transforms, arithmetic, and whatever treats both parts alike. */
final class ComplexOps {
    /** Operations that do with each part what they do with a tensor. */
    private static final List<String> BY_PARTS = List.of(
            "Add",
            "AddV2",
            "AddN",
            "Sub",
            "Neg",
            "Sum",
            "Mean",
            "Reshape",
            "Squeeze",
            "ExpandDims",
            "Transpose",
            "ConcatV2",
            "Pack",
            "Unpack",
            "Split",
            "SplitV",
            "Slice",
            "StridedSlice",
            "Tile",
            "BroadcastTo",
            "Pad",
            "ReverseV2",
            "Roll",
            "GatherV2",
            "GatherNd",
            "Fill",
            "ZerosLike",
            "Select",
            "SelectV2",
            "MatrixDiagPartV3");

    private ComplexOps() {}

    static void add(OpTable t) {
        transforms(t);
        t.items("Complex", c -> item(new Complex(c.value(0), c.value(1))));
        t.one("Real", c -> of(c, 0).real());
        t.one("Imag", c -> of(c, 0).imaginary());
        t.one("ComplexAbs", c -> squared(of(c, 0)).sqrt());
        t.one("Angle", c -> of(c, 0).imaginary().binary(BinaryFunction.ATAN2, of(c, 0).real()));
        t.items("Conj", c -> item(conjugate(of(c, 0))));
        for (String name : BY_PARTS) before(t, name, null);
        before(t, "Mul", c -> item(product(of(c, 0), of(c, 1))));
        before(t, "Square", c -> item(product(of(c, 0), of(c, 0))));
        before(t, "RealDiv", c -> item(quotient(of(c, 0), of(c, 1))));
        before(t, "Exp", c -> item(exp(of(c, 0))));
        for (String name : List.of("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"))
            before(t, name, ComplexOps::matMul);
        t.before("Cast", row -> c -> cast(c, row));
        t.before("Const", row -> c -> Constants.isComplex(c) ? item(Constants.complex(c)) : row.apply(c));
    }

    private static void transforms(OpTable t) {
        t.items("FFT", c -> item(Fourier.transform(of(c, 0))));
        t.items("FFT2D", c -> item(Fourier.transform2(of(c, 0))));
        t.items("FFT3D", c -> item(along(Fourier.transform2(of(c, 0)), -3)));
        t.items("IFFT", c -> item(inverse(c, 1)));
        t.items("IFFT2D", c -> item(inverse(c, 2)));
        t.items("IFFT3D", c -> item(inverse(c, 3)));
        t.items("RFFT", c -> item(Fourier.ofReal(c.value(0), c.scalar(1))));
        t.items("RFFT2D", c -> item(along(Fourier.ofReal(fitted(c), c.ints(1)[1]), -2)));
        t.one("IRFFT", c -> Fourier.toReal(of(c, 0), c.scalar(1)));
        t.one("IRFFT2D", c -> {
            Complex x = conjugate(along(conjugate(of(c, 0)), -2));
            double n = x.real().shape().dim(-2);
            return Fourier.toReal(new Complex(x.real().divide(n), x.imaginary().divide(n)), c.ints(1)[1]);
        });
    }

    /** Rows cut or filled to the length that is asked for. */
    private static Value fitted(Call c) {
        Value x = c.value(0);
        int n = x.shape().dim(-2), wanted = c.ints(1)[0];
        return n >= wanted ? x.slice(-2, 0, wanted) : x.pad(x.rank() - 2, 0, wanted - n);
    }

    /** The transform over another axis than the last. */
    private static Complex along(Complex x, int axis) {
        Complex y = Fourier.transform(
                new Complex(x.real().moveAxis(axis, -1), x.imaginary().moveAxis(axis, -1)));
        return new Complex(y.real().moveAxis(-1, axis), y.imaginary().moveAxis(-1, axis));
    }

    /** The inverse of a transform over the last axes: conjugates before and after, by the number of elements. */
    private static Complex inverse(Call c, int axes) {
        Complex x = conjugate(of(c, 0));
        x = axes == 1 ? Fourier.transform(x) : Fourier.transform2(x);
        if (axes == 3) x = along(x, -3);
        double n = x.real().shape().size(x.real().rank() - axes, x.real().rank());
        return new Complex(x.real().divide(n), x.imaginary().divide(-n));
    }

    // Arithmetic

    private static Complex conjugate(Complex x) {
        return new Complex(x.real(), x.imaginary().negate());
    }

    private static Value squared(Complex x) {
        return x.real().square().add(x.imaginary().square());
    }

    private static Complex product(Complex a, Complex b) {
        return new Complex(
                a.real().multiply(b.real()).subtract(a.imaginary().multiply(b.imaginary())),
                a.real().multiply(b.imaginary()).add(a.imaginary().multiply(b.real())));
    }

    private static Complex quotient(Complex a, Complex b) {
        Complex p = product(a, conjugate(b));
        return new Complex(p.real().divide(squared(b)), p.imaginary().divide(squared(b)));
    }

    private static Complex exp(Complex x) {
        Value size = x.real().exp();
        return new Complex(
                size.multiply(x.imaginary().unary(io.argali.runtime.op.UnaryFunction.COS)),
                size.multiply(x.imaginary().unary(io.argali.runtime.op.UnaryFunction.SIN)));
    }

    private static List<Item> matMul(Call c) {
        boolean ta = c.flag("transpose_a") || c.flag("adj_x"), tb = c.flag("transpose_b") || c.flag("adj_y");
        Complex a = c.flag("adj_x") ? conjugate(of(c, 0)) : of(c, 0),
                b = c.flag("adj_y") ? conjugate(of(c, 1)) : of(c, 1);
        return item(new Complex(
                a.real().matMul(b.real(), ta, tb).subtract(a.imaginary().matMul(b.imaginary(), ta, tb)),
                a.real().matMul(b.imaginary(), ta, tb).add(a.imaginary().matMul(b.real(), ta, tb))));
    }

    private static List<Item> cast(Call c, OpTable.Row row) {
        DType part = Constants.part(c, "DstT");
        if (part != null) {
            Complex x = of(c, 0);
            return item(new Complex(x.real().cast(part), x.imaginary().cast(part)));
        }
        if (!(c.item(0) instanceof Item.Complex x)) return row.apply(c);
        return row.apply(c.with(List.of(new Item.Dense(x.value().real()))));
    }

    // Rows

    /** A tensor is a complex number whose imaginary part is zero. */
    private static Complex of(Call c, int i) {
        if (c.item(i) instanceof Item.Complex x) return x.value();
        return new Complex(c.value(i), Value.zeros(c.value(i).type()));
    }

    private static List<Item> item(Complex x) {
        return List.of(new Item.Complex(x));
    }

    /** What an operation does where an input is complex; null for the same with both parts. */
    private static void before(OpTable t, String name, OpTable.@org.jspecify.annotations.Nullable Row complex) {
        t.before(name, row -> c -> {
            if (c.inputs().stream().noneMatch(i -> i instanceof Item.Complex)) return row.apply(c);
            return complex == null ? byParts(c, row) : complex.apply(c);
        });
    }

    private static List<Item> byParts(Call c, OpTable.Row row) {
        List<Item> real = row.apply(c.with(parts(c, true))), imaginary = row.apply(c.with(parts(c, false)));
        List<Item> r = new ArrayList<>();
        for (int i = 0; i < real.size(); i++) {
            if (!(real.get(i) instanceof Item.Dense a) || !(imaginary.get(i) instanceof Item.Dense b))
                throw new ModelFormatException("gives no numbers for complex ones");
            r.add(new Item.Complex(new Complex(a.value(), b.value())));
        }
        return r;
    }

    private static List<Item> parts(Call c, boolean real) {
        List<Item> r = new ArrayList<>();
        for (Item i : c.inputs()) {
            r.add(
                    i instanceof Item.Complex x
                            ? new Item.Dense(real ? x.value().real() : x.value().imaginary())
                            : i);
        }
        return r;
    }
}
