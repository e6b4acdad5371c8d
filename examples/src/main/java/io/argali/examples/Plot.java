package io.argali.examples;

import io.argali.trainer.History;
import java.util.List;
import java.util.Locale;

/** Two pictures side by side, as SVG: points with a curve through them, and the loss of every epoch on a logarithmic axis. */
final class Plot {
    private static final int SIZE = 360, MARGIN = 40;

    private Plot() {}

    static String of(float[] x, float[] y, float[] at, float[] predicted, History history) {
        StringBuilder b = new StringBuilder(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        .formatted(2 * SIZE, SIZE));
        b.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Frame left = new Frame(0, -1, 1, -0.2, 1.2);
        b.append(left.axes("x", "y = x² + noise, and what was learnt"));
        for (int i = 0; i < x.length; i++)
            b.append("<circle cx=\"%s\" cy=\"%s\" r=\"2.5\" fill=\"#8aa\"/>%n".formatted(left.x(x[i]), left.y(y[i])));
        double[] curveX = new double[at.length], curveY = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            curveX[i] = at[i];
            curveY[i] = predicted[i];
        }
        b.append(left.line(curveX, curveY, "#c33"));
        List<Double> loss = history.get("loss");
        double least = history.values().entrySet().stream()
                .filter(e -> e.getKey().endsWith("loss"))
                .flatMap(e -> e.getValue().stream())
                .mapToDouble(Plot::log)
                .min()
                .orElse(-4);
        double most = history.values().entrySet().stream()
                .filter(e -> e.getKey().endsWith("loss"))
                .flatMap(e -> e.getValue().stream())
                .mapToDouble(Plot::log)
                .max()
                .orElse(0);
        Frame right = new Frame(SIZE, 0, Math.max(1, loss.size() - 1), Math.floor(least), Math.ceil(most));
        b.append(right.axes("epoch", "log₁₀ of the loss (red: training, blue: validation)"));
        b.append(right.line(
                epochs(loss.size()), loss.stream().mapToDouble(Plot::log).toArray(), "#c33"));
        List<Double> validation = history.get("val_loss");
        b.append(right.line(
                epochs(validation.size()),
                validation.stream().mapToDouble(Plot::log).toArray(),
                "#36c"));
        return b.append("</svg>\n").toString();
    }

    private static double log(double v) {
        return Math.log10(Math.max(v, 1e-12));
    }

    private static double[] epochs(int n) {
        double[] r = new double[n];
        for (int i = 0; i < n; i++) r[i] = i;
        return r;
    }

    /** One picture's place and axes. */
    private record Frame(int left, double x0, double x1, double y0, double y1) {
        String x(double v) {
            return number(left + MARGIN + (v - x0) / (x1 - x0) * (SIZE - 2 * MARGIN));
        }

        String y(double v) {
            return number(SIZE - MARGIN - (v - y0) / (y1 - y0) * (SIZE - 2 * MARGIN));
        }

        private static String number(double v) {
            return String.format(Locale.ROOT, "%.1f", v);
        }

        String line(double[] xs, double[] ys, String color) {
            StringBuilder points = new StringBuilder();
            for (int i = 0; i < xs.length; i++)
                points.append(x(xs[i])).append(',').append(y(ys[i])).append(' ');
            return "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n"
                    .formatted(points.toString().strip(), color);
        }

        String axes(String name, String title) {
            StringBuilder b = new StringBuilder(
                    "<rect x=\"%s\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>%n"
                            .formatted(left + MARGIN, MARGIN, SIZE - 2 * MARGIN, SIZE - 2 * MARGIN));
            b.append("<text x=\"%s\" y=\"24\" text-anchor=\"middle\">%s</text>%n".formatted(left + SIZE / 2, title));
            b.append("<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>%n"
                    .formatted(left + SIZE / 2, SIZE - 8, name));
            for (double v : new double[] {x0, (x0 + x1) / 2, x1}) {
                b.append("<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>%n"
                        .formatted(x(v), SIZE - 24, number(v)));
            }
            for (double v : new double[] {y0, (y0 + y1) / 2, y1}) {
                b.append("<text x=\"%d\" y=\"%s\" text-anchor=\"end\">%s</text>%n"
                        .formatted(left + MARGIN - 4, y(v), number(v)));
            }
            return b.toString();
        }
    }
}
