package io.argali.runtime.plan;

/** Runs one of two plans. */
record IfStep(Plan then, Plan otherwise, Buffer[] in, Buffer[] out) implements Step {
    @Override
    public Runnable bind(Workspace w) {
        SubPlan yes = new SubPlan(then), no = new SubPlan(otherwise);
        return () -> {
            SubPlan chosen = ((byte[]) in[0].array(w))[in[0].offset()] != 0 ? yes : no;
            for (int i = 1; i < in.length; i++) chosen.load(i - 1, in[i], w);
            chosen.lease.run();
            for (int i = 0; i < out.length; i++) chosen.store(i, out[i], w);
        };
    }
}
