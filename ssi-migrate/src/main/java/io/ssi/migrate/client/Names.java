package io.ssi.migrate.client;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.security.Provider;
import java.security.Security;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * JDK objects that exist in every JVM and are found there by name: what a static final field of an initialised JDK class
 * holds ({@code class#field}), the elements of such an array ({@code class#field#index}), and the few objects that the VM
 * makes itself or that the JDK lists by names of their own.
 */
final class Names {
    private final Jdk jdk;
    private final Map<Object, String> names = new IdentityHashMap<>();
    private final Set<String> scanned = new HashSet<>();
    /** Classes of named objects: most objects are of none of these, so their look-up ends here. */
    private final Set<Class<?>> namedClasses = new HashSet<>();

    Names(Jdk jdk) {
        this.jdk = jdk;
    }

    /** Takes in the classes that were initialised since the last time. */
    void scan(Class<?>[] loaded) {
        for (Class<?> type : loaded) {
            if (!type.isArray() && !type.isPrimitive() && !type.isHidden() && Jdk.isJdk(type)
                    && !scanned.contains(type.getName()) && Jdk.isInitialised(type)) {
                scanned.add(type.getName());
                if (!JdkState.UNNAMED_HOLDERS.contains(type.getName())) {
                    scan(type);
                }
            }
        }
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        names.put(group, "group:system");
        names.put(mainGroup(group), "group:main");
        names.put(ClassLoader.getSystemClassLoader(), "loader:app");
        names.put(ClassLoader.getPlatformClassLoader(), "loader:platform");
        names.put(ClassLoader.getSystemClassLoader().getUnnamedModule(), "unnamed:app");
        Object cleaner = References.commonCleaner(jdk);
        if (cleaner != null) {
            names.put(jdk.get(cleaner, "activeList"), "cleaner:activeList");
            names.put(jdk.get(cleaner, "queue"), "cleaner:queue");
        }
        providers();
        for (Object named : names.keySet()) {
            namedClasses.add(named == null ? Object.class : named.getClass()); // null: the map's own stand-in for it
        }
    }

    /** Those of the JDK; the list of them, and what the program added to it, travels. */
    private void providers() {
        try {
            Class<?> list = Class.forName("sun.security.jca.Providers", false, null);
            if (!Jdk.isInitialised(list)) {
                return;
            }
            for (Object config : (Object[]) jdk.get(jdk.getStatic(list, "providerList"), "configs")) {
                Object provider = jdk.get(config, "provider");
                if (provider != null && Jdk.isJdk(provider.getClass())) {
                    names.putIfAbsent(provider, "provider:" + ((Provider) provider).getName());
                }
            }
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("Providers", e);
        }
    }

    private static ThreadGroup mainGroup(ThreadGroup system) {
        ThreadGroup[] groups = new ThreadGroup[system.activeGroupCount() + 8];
        int n = system.enumerate(groups, false);
        for (int i = 0; i < n; i++) {
            if (groups[i].getName().equals("main")) {
                return groups[i];
            }
        }
        return system;
    }

    private void scan(Class<?> type) {
        for (Field field : jdk.declaredFields(type)) {
            int modifiers = field.getModifiers();
            if (!Modifier.isStatic(modifiers) || !Modifier.isFinal(modifiers) || field.getType().isPrimitive()) {
                continue;
            }
            Object value = Jdk.U.getReference(Jdk.U.staticFieldBase(field), Jdk.U.staticFieldOffset(field));
            if (value == null || value instanceof Class || value instanceof String || value instanceof Thread) {
                continue;
            }
            String name = type.getName() + "#" + field.getName();
            names.putIfAbsent(value, name);
            if (value instanceof Object[] array && isConstant(type, array)) {
                for (int i = 0; i < array.length; i++) {
                    if (array[i] != null) {
                        names.putIfAbsent(array[i], name + "#" + i);
                    }
                }
            }
        }
    }

    /** Arrays whose elements are the same in every JVM: an enum's values, the caches of the boxes. */
    private static boolean isConstant(Class<?> owner, Object[] array) {
        return array.getClass().getComponentType() == owner && owner.isEnum()
                || owner.getName().startsWith("java.lang.") && owner.getName().endsWith("Cache");
    }

    /** The name, or null: this object is the program's. */
    String of(Object object) {
        String name = namedClasses.contains(object.getClass()) ? names.get(object) : null;
        if (name == null && object instanceof Module module && module.isNamed()
                && module.getLayer() == ModuleLayer.boot()) {
            return "module:" + module.getName();
        }
        return name;
    }

    /** The object of that name in this JVM. */
    Object find(String name) throws ReflectiveOperationException {
        int colon = name.indexOf(':');
        if (colon > 0) {
            Object found = findSpecial(name.substring(0, colon), name.substring(colon + 1));
            if (found == null) {
                throw new ClassNotFoundException("object " + name + " is not in this JVM");
            }
            return found;
        }
        String[] parts = name.split("#");
        Class<?> type = Class.forName(parts[0], true, ClassLoader.getPlatformClassLoader());
        Object value = jdk.getStatic(type, parts[1]);
        if (parts.length == 3) {
            value = ((Object[]) value)[Integer.parseInt(parts[2])];
        }
        if (value == null) {
            throw new ClassNotFoundException("object " + name + " is not in this JVM");
        }
        return value;
    }

    private Object findSpecial(String kind, String name) throws ReflectiveOperationException {
        return switch (kind) {
            case "group" -> {
                ThreadGroup group = Thread.currentThread().getThreadGroup();
                while (group.getParent() != null) {
                    group = group.getParent();
                }
                yield name.equals("system") ? group : mainGroup(group);
            }
            case "cleaner" -> jdk.get(jdk.get(jdk.getStatic(Class.forName("jdk.internal.ref.CleanerFactory"), "commonCleaner"), "impl"), name);
            case "provider" -> Security.getProvider(name);
            case "loader" -> name.equals("app") ? ClassLoader.getSystemClassLoader() : ClassLoader.getPlatformClassLoader();
            case "unnamed" -> ClassLoader.getSystemClassLoader().getUnnamedModule();
            case "module" -> ModuleLayer.boot().findModule(name)
                    .orElseThrow(() -> new ClassNotFoundException("module " + name + " is not in this JVM"));
            default -> throw new ClassNotFoundException("object " + kind + ":" + name + " is not in this JVM");
        };
    }
}
