package io.argali.converters;

import java.util.List;

/** The file is fine, but Argali cannot run what is in it. The message names everything that is unsupported. */
public final class UnsupportedModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnsupportedModelException(String message) {
        super(message);
    }

    /** One message for all that is unsupported. */
    public static UnsupportedModelException of(String file, List<String> problems, String remedy) {
        String what =
                problems.size() == 1 ? "1 part is not supported: " : problems.size() + " parts are not supported: ";
        return new UnsupportedModelException(
                file + ": " + what + String.join("; ", problems) + "." + (remedy.isEmpty() ? "" : " " + remedy));
    }
}
