package io.argali.trainer.compile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sorts what a user gave, a list or a map by the names of outputs, to the outputs. */
final class ByOutput {
    private ByOutput() {}

    /**
     * One entry for each output, null where none was given.
     *
     * @param argument what Keras calls the argument, for messages
     */
    static List<@Nullable Object> list(String argument, Object given, List<String> outputs) {
        if (given instanceof Map<?, ?> m) {
            for (Object key : m.keySet()) {
                if (!outputs.contains(String.valueOf(key))) {
                    throw new IllegalArgumentException(
                            argument + " names an output \"" + key + "\"; the model has " + outputs);
                }
            }
            List<@Nullable Object> r = new ArrayList<>();
            for (String name : outputs) r.add(m.get(name));
            return r;
        }
        if (given instanceof List<?> l) {
            if (l.size() != outputs.size()) {
                throw new IllegalArgumentException(argument + " has " + l.size()
                        + " entries, expected one for each of the outputs " + outputs + " or a map by their names");
            }
            return new ArrayList<>(l);
        }
        return new ArrayList<>(Collections.nCopies(outputs.size(), given));
    }
}
