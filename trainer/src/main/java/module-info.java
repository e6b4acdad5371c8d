import org.jspecify.annotations.NullMarked;

/** Gradients, losses, metrics, optimizers and callbacks: a forward graph becomes a training step. */
@NullMarked
module io.argali.trainer {
    requires transitive io.argali.runtime;
    requires static org.jspecify;

    exports io.argali.trainer.autodiff;
    exports io.argali.trainer.callback;
    exports io.argali.trainer.compile;
    exports io.argali.trainer.data;
    exports io.argali.trainer.loss;
    exports io.argali.trainer.metric;
    exports io.argali.trainer.optimizer;
    exports io.argali.trainer.schedule;
    exports io.argali.trainer;
}
