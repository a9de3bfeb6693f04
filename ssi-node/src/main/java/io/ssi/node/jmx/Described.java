package io.ssi.node.jmx;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** What a console shows beside a bean, an attribute, an operation or a parameter of it. */
@Retention(RetentionPolicy.RUNTIME)
@interface Described {
    String value();

    /** Of a parameter. */
    String name() default "";
}
