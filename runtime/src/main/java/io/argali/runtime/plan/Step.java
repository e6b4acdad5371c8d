package io.argali.runtime.plan;

/** One piece of a plan's work. */
interface Step {
    /** The step over one workspace. What it needs to allocate it allocates here, once; running allocates nothing. */
    Runnable bind(Workspace w);
}
