package io.argali.tensorflow;

/**
 * How TensorFlow runs graphs.
 *
 * @param device {@code cpu}, {@code gpu}, {@code gpu:1}; empty: the first GPU if there is one
 * @param growth whether memory of a GPU is taken as it is needed, not all at once
 * @param xla whether graphs are compiled by XLA
 * @param mixed whether products run in half precision where TensorFlow deems it safe
 */
public record Options(String device, boolean growth, boolean xla, boolean mixed) {
    public static final Options DEFAULTS = new Options("", true, false, false);

    /**
     * Options as a user writes them: {@code gpu,xla}.
     *
     * @throws IllegalArgumentException if one is unknown
     */
    public static Options of(String list) {
        Options o = DEFAULTS;
        for (String word : list.isEmpty() ? new String[0] : list.split(",", -1)) {
            o = switch (word) {
                case "xla" -> new Options(o.device, o.growth, true, o.mixed);
                case "mixed" -> new Options(o.device, o.growth, o.xla, true);
                case "all-memory" -> new Options(o.device, false, o.xla, o.mixed);
                default -> {
                    if (!word.matches("cpu|gpu(:[0-9]+)?"))
                        throw new IllegalArgumentException("unknown option \"" + word
                                + "\" of the TensorFlow backend; known: cpu, gpu, gpu:N, xla, mixed, all-memory");
                    yield new Options(word, o.growth, o.xla, o.mixed);
                }
            };
        }
        return o;
    }
}
