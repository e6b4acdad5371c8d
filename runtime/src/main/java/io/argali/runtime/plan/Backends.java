package io.argali.runtime.plan;

import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Backends by name: {@code simd}, {@code auto}, and those of modules that are there, as {@code tensorflow} or {@code tensorflow:gpu,xla}. */
public final class Backends {
    private static final String TENSORFLOW = "tensorflow";

    private Backends() {}

    /**
     * The backend of a name. {@code auto} is TensorFlow where it is there and runs, else the kernels of this module.
     *
     * @param notes told, on one line, what {@code auto} had to do without
     * @throws IllegalArgumentException if there is no such backend, or it cannot run here
     */
    public static Backend of(String name, Consumer<String> notes) {
        int colon = name.indexOf(':');
        String kind = colon < 0 ? name : name.substring(0, colon), options = colon < 0 ? "" : name.substring(colon + 1);
        if (name.equals("simd")) return CpuBackend.best();
        boolean auto = kind.equals("auto");
        BackendProvider provider = provider(auto ? TENSORFLOW : kind);
        if (provider == null && !auto) {
            throw new IllegalArgumentException(
                    kind.equals(TENSORFLOW)
                            ? "TensorFlow is not part of this program. Get it with: ./mvnw -Ptensorflow -Dquick -DskipTests"
                                    + " -pl tensorflow -am package (on a GPU: -Ptensorflow-gpu)"
                            : "there is no backend \"" + kind + "\"; known: simd, tensorflow, auto");
        }
        try {
            if (provider != null) return provider.create(options);
            notes.accept("TensorFlow is not part of this program: running on the SIMD kernels");
        } catch (IllegalStateException e) {
            if (!auto) throw new IllegalArgumentException(e.getMessage(), e);
            notes.accept(e.getMessage() + ": running on the SIMD kernels");
        }
        return CpuBackend.best();
    }

    private static @Nullable BackendProvider provider(String name) {
        for (BackendProvider p : ServiceLoader.load(BackendProvider.class))
            if (p.name().equals(name)) return p;
        return null;
    }
}
