package io.ssi.agent.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** docs/compatibility.md is the rule table in words, and every rule is about a method this JDK has. */
class CompatibilityTest {
    private static final Path PAGE = Path.of("..", "docs", "compatibility.md");

    @Test
    void thePageIsWhatTheTableSays() throws IOException {
        String page = page();
        if (Boolean.getBoolean("ssi.write.docs")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).as("stale: write it anew with mvn -pl ssi-agent -am test"
                + " -Dtest=CompatibilityTest -Dsurefire.failIfNoSpecifiedTests=false -Dssi.write.docs=true").isEqualTo(page);
    }

    @Test
    void everyRuleFindsItsMethod() throws IOException {
        for (Rule[] rules : new Rule[][] {JdkRules.table(), JdkRules.landing()}) {
            for (Rule rule : rules) {
                assertThat(has(rule)).as(rule.owner() + "." + rule.method() + rule.descriptor()).isTrue();
            }
        }
    }

    private static boolean has(Rule rule) throws IOException {
        boolean[] found = new boolean[1];
        new ClassReader(rule.owner()).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                found[0] |= name.equals(rule.method()) && descriptor.equals(rule.descriptor());
                return null;
            }
        }, ClassReader.SKIP_CODE);
        return found[0];
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # What is woven, and what a program may rely on
                Generated from the rule table (`io.ssi.agent.rule.JdkRules`); a test fails when this page is stale.

                In classes of the application: a poll (one static call, inlined to nothing) before each jump
                backwards, behind each entry of a monitor and at the entry of methods that may call themselves, and one call at the entry of `void run()` of classes that extend another
                class. A method that would grow over 64 KiB, or a class that cannot be read, is left as it is.
                In a JVM that a process moves into, `System.nanoTime` of the application, and of the JDK where it keeps deadlines by it,
                goes on from where it was; asked for by reflection it is the host's.

                | JDK method | level | what it means |
                |---|---|---|
                """);
        for (Rule rule : JdkRules.table()) {
            row(page, rule, "");
        }
        for (Rule rule : JdkRules.landing()) {
            row(page, rule, " (only in a JVM that a process moves into)");
        }
        return page.toString();
    }

    private static void row(StringBuilder page, Rule rule, String where) {
        StringBuilder types = new StringBuilder();
        for (Type type : Type.getArgumentTypes(rule.descriptor())) {
            String name = type.getClassName();
            types.append(types.isEmpty() ? "" : ", ").append(name.substring(name.lastIndexOf('.') + 1));
        }
        page.append("| `").append(rule.owner().replace('/', '.')).append('.').append(rule.method()).append('(').append(types)
                .append(")` | ").append(rule.level().name().toLowerCase(Locale.ROOT)).append(" | ").append(rule.note())
                .append(where).append(" |\n");
    }
}
