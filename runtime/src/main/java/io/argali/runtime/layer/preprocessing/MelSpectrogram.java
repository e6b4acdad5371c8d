package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Fourier;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Spectrograms on the mel scale, in decibels if wanted. (…, time) → (…, mel bins, frames) */
public record MelSpectrogram(
        int fftLength,
        int sequenceStride,
        @Nullable Integer sequenceLength,
        @Nullable String window,
        double samplingRate,
        int numMelBins,
        double minFreq,
        @Nullable Double maxFreq,
        boolean powerToDb,
        double topDb,
        double magExp,
        double minPower,
        double refPower)
        implements UnaryLayer {
    public static final MelSpectrogram DEFAULTS =
            new MelSpectrogram(2048, 512, null, "hann", 16000, 128, 20, null, true, 80, 2, 1e-10, 1);

    @Override
    public Value call(Scope scope, Value given) {
        Value x = given.cast(scope.computeType() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32);
        int length = sequenceLength == null ? fftLength : sequenceLength;
        Fourier.Complex waves =
                Fourier.shortTime(x, length, sequenceStride, fftLength, Fourier.window(window, length), true);
        Value magnitude = waves.real().square().add(waves.imaginary().square()).sqrt();
        Value power = magExp == 1 ? magnitude : magnitude.power(magExp);
        Value mel = power.matMul(Value.constant(scale().cast(power.dtype())));
        Value y = powerToDb ? decibels(mel) : mel;
        return y.moveAxis(-1, -2).cast(scope.computeType());
    }

    private Value decibels(Value power) {
        Value db = power.maximum(minPower).log().multiply(10 / Math.log(10));
        db = db.subtract(10 * Math.log10(Math.max(Math.abs(refPower), minPower)));
        return db.maximum(db.max(false).subtract(topDb));
    }

    /** Triangles, evenly spaced on the mel scale: (frequencies, mel bins). */
    private Tensor scale() {
        int frequencies = fftLength / 2 + 1;
        double low = mel(minFreq),
                high = mel(maxFreq == null ? Math.floor(samplingRate / 2) : maxFreq),
                step = (high - low) / (numMelBins + 1);
        float[] weights = new float[frequencies * numMelBins];
        for (int f = 1; f < frequencies; f++) { // the first frequency, 0, counts nothing
            double at = mel(f * samplingRate / 2 / (frequencies - 1));
            for (int bin = 0; bin < numMelBins; bin++) {
                double rising = (at - low) / step - bin, falling = bin + 2 - (at - low) / step;
                weights[f * numMelBins + bin] = (float) Math.max(0, Math.min(rising, falling));
            }
        }
        return Tensor.of(weights, frequencies, numMelBins);
    }

    private static double mel(double hertz) {
        return 1127 * Math.log(1 + hertz / 700);
    }
}
