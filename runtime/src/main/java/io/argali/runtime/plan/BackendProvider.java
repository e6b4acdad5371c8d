package io.argali.runtime.plan;

/** Makes a backend of another module, which is found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The name by which it is asked for. */
    String name();

    /**
     * Makes the backend.
     *
     * @param options its own, separated by commas; empty for none
     * @throws IllegalStateException if it cannot run here; the message says why, on one line
     * @throws IllegalArgumentException if an option is unknown
     */
    Backend create(String options);
}
