import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import sun.misc.Signal;

/** Does what it reads, line by line, and answers each with one line. */
public class Talk {
    static final List<Object> KEPT = new ArrayList<>();

    /** Beside all else, until there is such a file. */
    static void tick(File end, int status) {
        for (long i = 0; !end.exists(); i++) {
            System.out.println("tick " + i);
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                return;
            }
        }
        System.exit(status);
    }

    public static void main(String[] arguments) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        long sum = 0;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "add" -> {
                    sum += Long.parseLong(words[1]);
                    System.err.println("added " + words[1]);
                    System.out.println("sum " + sum);
                }
                case "handle" -> {
                    Signal.handle(new Signal(words[1]), signal -> System.err.println("got " + signal.getName()));
                    System.out.println("handles " + words[1]);
                }
                case "write" -> {
                    // Said on standard error: nobody may read the other any more.
                    try {
                        new FileOutputStream(FileDescriptor.out).write('\n');
                        System.err.println("written");
                    } catch (IOException e) {
                        System.err.println("not written: " + e.getMessage());
                    }
                }
                case "check" -> {
                    System.out.println("line");
                    System.err.println(System.out.checkError() ? "error" : "no error");
                }
                case "pid" -> {
                    String bean = ManagementFactory.getRuntimeMXBean().getName();
                    System.out.println(ProcessHandle.current().pid() + " " + ManagementFactory.getRuntimeMXBean().getPid() + " "
                            + bean.substring(0, bean.indexOf('@')));
                }
                case "open" -> {
                    KEPT.add(new FileInputStream(words[1]));
                    System.out.println("opened");
                }
                case "close" -> {
                    for (Object each : KEPT) {
                        ((FileInputStream) each).close();
                    }
                    KEPT.clear();
                    System.out.println("closed");
                }
                case "shut" -> {
                    System.in.close();
                    System.out.println("shut");
                    while (true) {
                        Thread.sleep(50);
                    }
                }
                case "tick" -> new Thread(() -> tick(new File(words[1]), Integer.parseInt(words[2]))).start();
                case "exit" -> System.exit(Integer.parseInt(words[1]));
                case "throw" -> throw new IllegalStateException("as told");
                default -> System.out.println("? " + line);
            }
        }
        System.out.println("end of input, sum " + sum);
    }
}
