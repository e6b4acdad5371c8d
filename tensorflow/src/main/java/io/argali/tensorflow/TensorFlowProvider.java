package io.argali.tensorflow;

import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.BackendProvider;

/** {@code --backend tensorflow}. */
public final class TensorFlowProvider implements BackendProvider {
    @Override
    public String name() {
        return "tensorflow";
    }

    @Override
    public Backend create(String options) {
        return TensorFlowBackend.create(Options.of(options));
    }
}
