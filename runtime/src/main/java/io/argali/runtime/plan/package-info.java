/**
 * How graphs run. {@link io.argali.runtime.plan.Rewrites} make a graph cheaper, {@code Groups} decide which nodes run together, {@code Planner}
 * turns groups into steps and gives each value a place in the workspace, {@code Program} runs chains of elementwise operations tile by tile. A new
 * operation needs a case in the planner's {@code single}.
 */
package io.argali.runtime.plan;
