package io.argali.trainer;

/** What Keras ran on when it trained a model. The numbers differ in two places, and training goes on as it began. */
public enum KerasBackend {
    /**
     * The gradient of an embedding is a row for each token that was looked up, and where an optimizer takes squares, it takes them of these rows before it
     * adds those of one token up (keras/src/backend/tensorflow/sparse.py). The losses of several outputs are reported as means over batches, whatever
     * their size (the batch axis of a traced function has no length, keras/src/trainers/compile_utils.py).
     */
    TENSORFLOW,
    /** JAX and PyTorch: gradients are whole, and batches count by their size. */
    OTHER
}
