package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts right the hash tables of java.util whose keys' hashes changed with the move. That happens only through objects which
 * each JVM has for itself (classes, enum constants and other constants of the JDK) and which had been asked for their identity
 * hash in both: everything else keeps its hash. Nodes stay the same objects and no method of a map is called, but keys are
 * asked for their hash, as any look-up would. An iteration in progress over a table that had to be laid out again may see it
 * in another order.
 */
final class HashTables {
    private final Jdk jdk;
    private final MethodHandle plainNode;

    HashTables(Jdk jdk) {
        this.jdk = jdk;
        try {
            Class<?> node = Class.forName("java.util.HashMap$Node");
            plainNode = jdk.virtual(HashMap.class, "replacementNode", node, node, node).asType(
                    java.lang.invoke.MethodType.methodType(Object.class, HashMap.class, Object.class, Object.class));
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("HashMap", e);
        }
    }

    static boolean isOne(Object object) {
        return object instanceof HashMap || object instanceof IdentityHashMap || object instanceof ConcurrentHashMap
                || object instanceof WeakHashMap || object instanceof Hashtable;
    }

    /** Tables that hold others in their keys need no order: a hash asks the entries, not the layout. */
    void layOutAgain(List<Object> tables) {
        for (Object table : tables) {
            try {
                switch (table) {
                    case HashMap<?, ?> map -> chains(map, HashMap.class);
                    case WeakHashMap<?, ?> map -> chains(map, WeakHashMap.class);
                    case Hashtable<?, ?> map -> chains(map, Hashtable.class);
                    case IdentityHashMap<?, ?> map -> pairs((Object[]) jdk.get(map, "table"));
                    case ConcurrentHashMap<?, ?> map -> concurrent(map);
                    default -> throw new IllegalArgumentException(table.getClass().getName());
                }
            } catch (RuntimeException e) {
                // a key's hashCode failed: the program meets the same failure when it uses the key
            }
        }
    }

    // ---- tables of chains

    private void chains(Object map, Class<?> owner) {
        Object[] buckets = (Object[]) jdk.get(map, "table");
        if (buckets == null || !hasWrong(buckets, owner)) {
            return;
        }
        List<Object> nodes = new ArrayList<>();
        for (int i = 0; i < buckets.length; i++) {
            for (Object node = buckets[i]; node != null; node = jdk.get(node, "next")) {
                nodes.add(node);
            }
        }
        java.util.Arrays.fill(buckets, null);
        Object[] last = new Object[buckets.length];
        for (Object each : nodes) {
            Object node = each.getClass().getName().equals("java.util.HashMap$TreeNode") ? plain(map, each) : each;
            int hash = hash(node, owner);
            int bucket = owner == Hashtable.class ? (hash & 0x7FFF_FFFF) % buckets.length : hash & buckets.length - 1;
            Jdk.U.putInt(node, Jdk.U.objectFieldOffset(jdk.field(node.getClass(), "hash")), hash);
            jdk.put(node, "next", null);
            if (last[bucket] == null) {
                buckets[bucket] = node;
            } else {
                jdk.put(last[bucket], "next", node);
            }
            last[bucket] = node;
        }
    }

    private boolean hasWrong(Object[] buckets, Class<?> owner) {
        for (Object bucket : buckets) {
            for (Object node = bucket; node != null; node = jdk.get(node, "next")) {
                if (!isFixed(key(node)) && hash(node, owner) != jdk.getInt(node, "hash")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A long chain may have been a tree, which is ordered by hash: a chain again, it becomes a tree when it must grow. */
    private Object plain(Object map, Object treeNode) {
        try {
            return (Object) plainNode.invokeExact((HashMap<?, ?>) map, treeNode, (Object) null);
        } catch (Throwable e) {
            throw Jdk.failed("HashMap.replacementNode", e);
        }
    }

    private Object key(Object node) {
        return node instanceof Reference<?> weak ? weak.get() : jdk.get(node, "key");
    }

    private int hash(Object node, Class<?> owner) {
        Object key = key(node);
        if (key == null) {
            return owner == HashMap.class ? 0 : jdk.getInt(node, "hash"); // a weak key that is gone stays where it was
        }
        int hash = isFixed(key) && owner == Hashtable.class ? jdk.getInt(node, "hash") : key.hashCode();
        if (owner == HashMap.class) {
            return hash ^ hash >>> 16;
        }
        if (owner == WeakHashMap.class) {
            int h = hash ^ hash >>> 20 ^ hash >>> 12;
            return h ^ h >>> 7 ^ h >>> 4;
        }
        return hash;
    }

    /** Keys whose hash is the same everywhere, which most are: they need not be asked. */
    private static boolean isFixed(Object key) {
        return key == null || key instanceof String || key instanceof Number || key instanceof Character || key instanceof Boolean;
    }

    // ---- the others

    /** IdentityHashMap's open addressing: key, value, key, value ... */
    private static void pairs(Object[] table) {
        Object[] old = table.clone();
        java.util.Arrays.fill(table, null);
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != null) {
                int hash = System.identityHashCode(old[i]);
                int at = (hash << 1) - (hash << 8) & table.length - 1;
                while (table[at] != null) {
                    at = at + 2 < table.length ? at + 2 : 0;
                }
                table[at] = old[i];
                table[at + 1] = old[i + 1];
            }
        }
    }

    private void concurrent(ConcurrentHashMap<?, ?> map) {
        boolean wrong = false;
        Object[] buckets = (Object[]) jdk.get(map, "table");
        if (buckets == null || jdk.get(map, "nextTable") != null) {
            return;
        }
        for (Object bucket : buckets) {
            Object first = bucket != null && bucket.getClass().getName().endsWith("$TreeBin") ? jdk.get(bucket, "first") : bucket;
            for (Object node = first; node != null; node = jdk.get(node, "next")) {
                Object key = jdk.get(node, "key");
                if (key == null) {
                    return; // a value is being computed in this bucket
                }
                int hash = isFixed(key) ? 0 : key.hashCode();
                wrong |= !isFixed(key) && ((hash ^ hash >>> 16) & 0x7FFF_FFFF) != jdk.getInt(node, "hash");
            }
        }
        if (wrong) {
            Map<Object, Object> fresh = new ConcurrentHashMap<>(buckets.length);
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                fresh.put(entry.getKey(), entry.getValue());
            }
            jdk.put(map, "table", jdk.get(fresh, "table"));
            Jdk.U.putInt(map, Jdk.U.objectFieldOffset(jdk.field(ConcurrentHashMap.class, "sizeCtl")), jdk.getInt(fresh, "sizeCtl"));
        }
    }
}
