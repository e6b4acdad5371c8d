package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The short-time Fourier transform of sounds, as a convolution with waves that are weights of the layer. (batch, time, channels) → (batch,
 * frames, frequencies · channels)
 *
 * @param mode {@code log}, {@code magnitude}, {@code psd}, {@code real}, {@code imag}, {@code angle} or {@code stft}
 */
public record STFTSpectrogram(
        String mode,
        int frameLength,
        @Nullable Integer frameStep,
        @Nullable Integer fftLength,
        @Nullable String window,
        boolean periodic,
        @Nullable String scaling,
        String padding,
        boolean expandDims,
        String dataFormat)
        implements UnaryLayer {
    private static final double EPSILON = 1e-7;

    public static final STFTSpectrogram DEFAULTS =
            new STFTSpectrogram("log", 256, null, null, "hann", false, "density", "valid", false, "channels_last");

    @Override
    public Value call(Scope scope, Value x) {
        if (x.rank() != 3) throw new ShapeException("expected (batch, time, channels), got " + x.type());
        Value sound = dataFormat.equals("channels_first") ? x.moveAxis(1, 2) : x;
        // Both kernels before either is used: that is the order of the weights.
        Value realKernel = mode.equals("imag") ? null : kernel(scope, "real");
        Value imagKernel = mode.equals("real") ? null : kernel(scope, "imag");
        Value real = realKernel == null ? null : convolved(sound, realKernel);
        Value imag = imagKernel == null ? null : convolved(sound, imagKernel);
        if (real == null || imag == null) return arranged(java.util.Objects.requireNonNull(real == null ? imag : real));
        return switch (mode) {
            case "angle" -> arranged(imag.binary(BinaryFunction.ATAN2, real));
            case "stft" -> arranged(Value.concat(2, List.of(real, imag)));
            case "psd" -> {
                // One-sided: all frequencies but the first and last stand for two.
                Value power = real.square().add(imag.square());
                yield arranged(
                        power.add(power.slice(2, 1, power.shape().dim(2) - 1).pad(2, 1, 1)));
            }
            default -> {
                Value magnitude = arranged(
                        real.square().add(imag.square()).maximum(EPSILON).sqrt());
                yield mode.equals("magnitude")
                        ? magnitude
                        : magnitude.maximum(EPSILON).log();
            }
        };
    }

    private int fft() {
        return fftLength != null ? fftLength : 1 << (int) Math.ceil(Math.log(frameLength) / Math.log(2) - 1e-12);
    }

    private Value kernel(Scope scope, String side) {
        Shape shape = Shape.of(frameLength, 1, fft() / 2 + 1);
        return scope.weight(
                side + "_kernel", shape, WeightOptions.of(new Initializer.Stft(side, window, scaling, periodic)));
    }

    /** (batch, time, channels) → (batch, channels, frequencies, frames) */
    private Value convolved(Value sound, Value kernel) {
        int batch = sound.shape().dim(0),
                time = sound.shape().dim(1),
                channels = sound.shape().dim(2);
        int step = frameStep != null ? frameStep : frameLength / 2;
        int missing =
                padding.equals("same") ? Math.max(0, ((time + step - 1) / step - 1) * step + frameLength - time) : 0;
        Op.Window w = new Op.Window(List.of(step), List.of(1), List.of(missing / 2), List.of(missing - missing / 2));
        Value y = sound.moveAxis(2, 1).reshape(batch * channels, time, 1).conv(kernel, w, 1);
        return y.moveAxis(2, 1)
                .reshape(batch, channels, y.shape().dim(2), y.shape().dim(1));
    }

    private Value arranged(Value y) {
        boolean last = dataFormat.equals("channels_last");
        if (expandDims) return last ? y.transpose(0, 3, 2, 1) : y.transpose(0, 1, 3, 2);
        Shape s = y.shape();
        Value flat = y.reshape(s.dim(0), s.dim(1) * s.dim(2), s.dim(3));
        return last ? flat.moveAxis(1, 2) : flat;
    }
}
