package io.argali.runtime.layer.preprocessing;

import java.util.ArrayList;
import java.util.List;

/** Texts cut into tokens, and tokens joined. */
final class Tokens {
    private Tokens() {}

    /** The tokens of a text: its characters, or what white space of ASCII separates; then their n-grams. */
    static List<String> of(String text, boolean characters, List<Integer> ngrams) {
        List<String> tokens = new ArrayList<>();
        if (characters) text.codePoints().forEach(c -> tokens.add(Character.toString(c)));
        else split(text, tokens);
        return ngrams.isEmpty() ? tokens : grams(tokens, ngrams);
    }

    private static void split(String text, List<String> tokens) {
        int from = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean space = i == text.length() || isSpace(text.charAt(i));
            if (space && from >= 0) {
                tokens.add(text.substring(from, i));
                from = -1;
            } else if (!space && from < 0) {
                from = i;
            }
        }
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    /** For each width in turn, all runs of that many tokens, joined by spaces. */
    static List<String> grams(List<String> tokens, List<Integer> widths) {
        List<String> r = new ArrayList<>();
        for (int n : widths) {
            for (int i = 0; i + n <= tokens.size(); i++) r.add(String.join(" ", tokens.subList(i, i + n)));
        }
        return r;
    }
}
