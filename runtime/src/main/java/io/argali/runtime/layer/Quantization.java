package io.argali.runtime.layer;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a layer keeps its weights in fewer bits than it computes in: what Keras' quantized dtype policies say before {@code _from_float32}, and
 * {@code quantization_config} beside them.
 */
public sealed interface Quantization {
    /** What the policy says: {@code int8}, {@code int4/128}, {@code gptq/4/-1}. */
    String mode();

    /** Whole numbers of 8 bits, each channel with a scale of its own. */
    record Int8(@Nullable AbsMax inputs) implements Quantization {
        @Override
        public String mode() {
            return "int8";
        }
    }

    /**
     * Whole numbers of 4 bits, two in a byte.
     *
     * @param blockSize how many rows share a scale and a zero point; -1 for one scale for each channel
     */
    record Int4(int blockSize, @Nullable AbsMax inputs) implements Quantization {
        @Override
        public String mode() {
            return "int4/" + blockSize;
        }

        public boolean isInBlocks() {
            return blockSize > 0;
        }
    }

    /**
     * Weights and inputs rounded to floating point of 8 bits.
     *
     * @param amaxHistoryLength of how many steps the greatest numbers are remembered, which scales come from
     */
    record Float8(int amaxHistoryLength) implements Quantization {
        @Override
        public String mode() {
            return "float8";
        }
    }

    /** Found by GPTQ: unsigned numbers of 2, 3, 4 or 8 bits, with a scale and a zero point for each group of rows (-1: for all). */
    record Gptq(int weightBits, int groupSize) implements Quantization {
        @Override
        public String mode() {
            return "gptq/" + weightBits + "/" + groupSize;
        }
    }

    /** Found by AWQ: unsigned numbers of 4 bits, with a scale and a zero point for each group of rows (-1: for all), and a scale for each row. */
    record Awq(int groupSize) implements Quantization {
        @Override
        public String mode() {
            return "awq/4/" + groupSize;
        }
    }

    /**
     * Keras' {@code AbsMaxQuantizer}: what is greatest becomes the upper bound.
     *
     * @param axes that share a scale, where the layer does not say it; null for the last one
     */
    record AbsMax(
            double lower,
            double upper,
            double epsilon,
            @Nullable List<Integer> axes) {
        public static final AbsMax DEFAULTS = new AbsMax(-127, 127, 1e-7, null);
    }

    /** Modes with numbers: {@code gptq/4/128}. */
    Pattern MODE = Pattern.compile("(int8|int4|float8|gptq|awq)(?:/(-?\\d+))?(?:/(-?\\d+))?");

    /**
     * What a policy's mode stands for, with Keras' defaults for what it does not say.
     *
     * @throws IllegalArgumentException if Keras has no such mode
     */
    static Quantization of(String mode) {
        Matcher m = MODE.matcher(mode);
        if (m.matches()) {
            int numbers = m.group(3) != null ? 2 : m.group(2) != null ? 1 : 0;
            int first = numbers > 0 ? Integer.parseInt(m.group(2)) : -1;
            int second = numbers > 1 ? Integer.parseInt(m.group(3)) : -1;
            switch (m.group(1) + numbers) {
                case "int80":
                    return new Int8(AbsMax.DEFAULTS);
                case "int40":
                    return new Int4(-1, null);
                case "int41":
                    return new Int4(first, null);
                case "float80":
                    return new Float8(1024);
                case "gptq2":
                    return new Gptq(first, second);
                case "awq2":
                    if (first == 4) return new Awq(second);
                    break;
                default:
            }
        }
        throw new IllegalArgumentException("unknown quantization mode \"" + mode + "\"");
    }

    /** A layer that can be quantized. */
    interface Quantizable {
        boolean takes(Quantization quantization);

        /** What a quantization is where a configuration says nothing but its mode. */
        default Quantization unsaid(Quantization quantization) {
            return quantization;
        }
    }
}
