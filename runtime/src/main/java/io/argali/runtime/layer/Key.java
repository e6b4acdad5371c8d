package io.argali.runtime.layer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The configuration key of a record component, where it is not the component's name in snake_case. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
    /** The key; empty for the component's name in snake_case. */
    String value() default "";

    /** Other keys that files may have. */
    String[] aliases() default {};
}
