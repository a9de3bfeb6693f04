package io.ssi.node;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which part of the whole project may use which; docs/ARCHITECTURE.md says it in words. */
class ArchitectureTest {
    /** So many there are at least; fewer means that the test does not see them. */
    private static final int CLASSES_MIN = 250;
    private static final String[] JDK = {"java..", "javax..", "jdk..", "sun.."};

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.ssi");

    @Test
    void seesAllClasses() {
        assertThat(CLASSES.size()).isGreaterThan(CLASSES_MIN);
        for (String room : new String[] {"core", "vproc", "migrate", "agent", "node"}) {
            assertThat(CLASSES.that(resideInAnyPackage("io.ssi." + room + ".."))).as(room).isNotEmpty();
        }
    }

    @Test
    void modulesUseOnlyThoseBelowThem() {
        mayUse("io.ssi.core..", "io.ssi.core..");
        mayUse("io.ssi.vproc..", "io.ssi.core..", "io.ssi.vproc..");
        mayUse("io.ssi.migrate..", "io.ssi.core..", "io.ssi.vproc..", "io.ssi.migrate..");
        mayUse("io.ssi.agent..", "io.ssi.core..", "io.ssi.migrate..", "io.ssi.agent..");
        mayUse("io.ssi.node..", "io.ssi.core..", "io.ssi.vproc..", "io.ssi.migrate..", "io.ssi.node..");
    }

    private static void mayUse(String room, String... ours) {
        noClasses().that().resideInAPackage(room).should().dependOnClassesThat(resideInAnyPackage("io.ssi..")
                .and(not(resideInAnyPackage(ours)))).check(CLASSES);
    }

    @Test
    void theBottomUsesNothing() {
        uses("io.ssi.core.id", "io.ssi.core.id");
        uses("io.ssi.core.error", "io.ssi.core.error", "io.ssi.core.id");
        uses("io.ssi.core.env", "io.ssi.core.env", "org.slf4j");
        uses("io.ssi.core.json", "io.ssi.core.json", "io.ssi.core.error", "io.ssi.core.id");
        uses("io.ssi.core.wire", "io.ssi.core.wire", "io.ssi.core.error", "io.ssi.core.id");
    }

    /** What runs inside programs brings nothing but the JDK, ASM and what is named here. */
    @Test
    void programsSeeNoLibraryOfTheDaemon() {
        String[] inPrograms = {"io.ssi.core.id", "io.ssi.core.error", "io.ssi.core.wire", "io.ssi.migrate", "io.ssi.migrate.client..", "io.ssi.agent..",
            "io.ssi", "io.ssi.vproc.client..", "org.objectweb.asm.."};
        uses("io.ssi.migrate", "io.ssi.migrate", "io.ssi.core.wire", "io.ssi.core.error", "org.junit..", "org.assertj..");
        uses("io.ssi.migrate.client..", inPrograms);
        uses("io.ssi.agent..", inPrograms);
    }

    private static void uses(String room, String... others) {
        noClasses().that().resideInAPackage(room).should().dependOnClassesThat(not(resideInAnyPackage(others))
                .and(not(resideInAnyPackage(JDK)))).check(CLASSES);
    }

    @Test
    void librariesAreNamedInOnePlaceEach() {
        namedOnlyIn("io.netty..", "io.ssi.core.net.netty..");
        namedOnlyIn("com.esotericsoftware..", "io.ssi.core.net.link..");
        namedOnlyIn("com.hazelcast..", "io.ssi.core.cluster.hazelcast..");
        namedOnlyIn("io.microraft..", "io.ssi.core.cluster.raft..");
        namedOnlyIn("org.bouncycastle..", "io.ssi.core.trust..");
        namedOnlyIn("picocli..", "io.ssi.node.cli..");
        namedOnlyIn("org.objectweb.asm..", "io.ssi.agent..", "io.ssi.migrate.client..");
        namedOnlyIn("sun.misc..", "none");
    }

    private static void namedOnlyIn(String library, String... places) {
        noClasses().that().resideOutsideOfPackages(places).and().resideInAPackage("io.ssi..").should().dependOnClassesThat()
                .resideInAPackage(library).check(CLASSES);
    }

    @Test
    void thePureStateMachinesKnowNoThreadsAndNoService() {
        noClasses().that().resideInAnyPackage("io.ssi.vproc", "io.ssi.core.cluster.sys").should().dependOnClassesThat()
                .resideInAnyPackage("io.ssi.vproc.node..", "java.net..", "java.nio.channels..", "java.util.concurrent", "io.ssi.core.net..").check(CLASSES);
    }

    @Test
    void areasHaveNoCycles() {
        slices().matching("io.ssi.(*)..").should().beFreeOfCycles().check(CLASSES);
        slices().matching("io.ssi.core.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyCommandsPrint() {
        noClasses().that().resideOutsideOfPackages("io.ssi.node.cli..", "io.ssi.agent.deputy..").should().accessField(System.class, "out")
                .check(CLASSES);
    }
}
