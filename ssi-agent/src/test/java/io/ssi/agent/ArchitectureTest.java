package io.ssi.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private final JavaClasses classes =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.ssi.agent");

    @Test
    void seesAllClasses() {
        assertThat(classes.size()).isGreaterThan(25);
    }

    @Test
    void hasNoCycles() {
        slices().matching("io.ssi.(agent.*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void weavingAndRulesKnowNothingOfTheRunningAgent() {
        noClasses().that().resideInAnyPackage("io.ssi.agent.weave", "io.ssi.agent.rule").should().dependOnClassesThat()
                .resideInAnyPackage("io.ssi.agent", "io.ssi.agent.handler", "io.ssi.agent.link", "io.ssi.agent.deputy", "io.ssi.core..",
                        "io.ssi.migrate..").check(classes);
    }

    @Test
    void nothingForeignButAsmAndNothingOfTheDaemon() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("io.netty..", "com.hazelcast..", "com.esotericsoftware..",
                "org.slf4j..", "io.ssi.core.net..", "io.ssi.core.cluster..", "io.ssi.core.config..", "..node..").check(classes);
    }
}
