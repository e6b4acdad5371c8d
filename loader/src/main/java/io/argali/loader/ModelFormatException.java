package io.argali.loader;

import org.jspecify.annotations.Nullable;

/**
 * A file is broken, cut off, hostile, or not of the kind it was taken for. The message is one line: the file and the place in
 * it, what was expected, what came and what to do.
 */
public final class ModelFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Text out of a file may be of any length and hold line breaks; a message may not. */
    private static final int LONGEST = 600;

    public ModelFormatException(String message) {
        super(oneLine(message));
    }

    public ModelFormatException(String message, @Nullable Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        StringBuilder line = new StringBuilder(message.strip());
        for (int i = 0; i < line.length(); i++) {
            if (Character.isISOControl(line.charAt(i)) || line.charAt(i) == '\u2028' || line.charAt(i) == '\u2029') {
                line.setCharAt(i, ' ');
            }
        }
        return line.length() <= LONGEST ? line.toString() : line.substring(0, LONGEST) + "…";
    }
}
