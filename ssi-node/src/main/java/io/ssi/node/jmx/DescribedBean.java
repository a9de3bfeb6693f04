package io.ssi.node.jmx;

import java.lang.reflect.Method;
import java.util.stream.Stream;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.StandardMBean;

/** A bean whose console shows what {@link Described} says in its interface. */
final class DescribedBean extends StandardMBean {
    <T> DescribedBean(T bean, Class<T> type) {
        super(bean, type, true);
    }

    @Override
    protected String getDescription(MBeanInfo info) {
        return getMBeanInterface().getAnnotation(Described.class).value();
    }

    @Override
    protected String getDescription(MBeanAttributeInfo attribute) {
        return method("get" + attribute.getName()).value();
    }

    @Override
    protected String getDescription(MBeanOperationInfo operation) {
        return method(operation.getName()).value();
    }

    @Override
    protected int getImpact(MBeanOperationInfo operation) {
        return MBeanOperationInfo.ACTION;
    }

    @Override
    protected String getParameterName(MBeanOperationInfo operation, MBeanParameterInfo parameter, int sequence) {
        return parameter(operation, sequence).name();
    }

    @Override
    protected String getDescription(MBeanOperationInfo operation, MBeanParameterInfo parameter, int sequence) {
        return parameter(operation, sequence).value();
    }

    private Described method(String name) {
        return find(name).getAnnotation(Described.class);
    }

    private Described parameter(MBeanFeatureInfo operation, int sequence) {
        return find(operation.getName()).getParameters()[sequence].getAnnotation(Described.class);
    }

    private Method find(String name) {
        return Stream.of(getMBeanInterface().getMethods()).filter(method -> method.getName().equals(name)).findAny().orElseThrow();
    }
}
