package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** Texts with the letters of ASCII lowered, its punctuation removed, or both: other letters and marks stay, as in TensorFlow. */
public record StandardizedText(boolean lower, boolean strip) implements TensorFunction {
    private static final String PUNCTUATION = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'";

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return in;
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        String[] r = in.get(0).strings().clone();
        for (int i = 0; i < r.length; i++) r[i] = of(r[i]);
        return List.of(Tensor.wrap(in.get(0).dtype(), in.get(0).shape(), r));
    }

    private String of(String s) {
        StringBuilder b = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (strip && c < 128 && PUNCTUATION.indexOf(c) >= 0) continue;
            b.append(lower && c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return b.toString();
    }
}
