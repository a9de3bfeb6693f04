package io.ssi.agent.program;

import java.lang.management.ManagementFactory;

/** Prints what a program can find of the agent, and what number it believes to have; ends with status 7. */
public final class Looks {
    private Looks() {}

    public static void main(String[] arguments) throws Exception {
        for (String name : new String[] {"io.ssi.agent.Agent", "org.objectweb.asm.ClassReader", "io.ssi.core.wire.LinkMessage"}) {
            try {
                Class.forName(name);
                System.out.println("visible: " + name);
            } catch (ClassNotFoundException e) {
                System.out.println("hidden");
            }
        }
        System.out.println(ProcessHandle.current().pid() + " " + ManagementFactory.getRuntimeMXBean().getPid() + " "
                + ManagementFactory.getRuntimeMXBean().getName().replaceAll("@.*", "") + " " + ProcessHandle.current());
        Process child = new ProcessBuilder("/bin/sh", "-c", "echo parent $SSI_PARENT").inheritIO().start();
        child.waitFor();
        System.out.println(ProcessHandle.of(ProcessHandle.current().pid()).isPresent());
        System.exit(7);
    }
}
