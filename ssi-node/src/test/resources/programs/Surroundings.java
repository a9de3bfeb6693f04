import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Says what a program can find out about the JVM it is in: reads lines of questions with "; " between them, and answers with " | ". */
public class Surroundings {
    static final List<byte[]> KEPT = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            List<String> answers = new ArrayList<>();
            for (String question : line.split("; ")) {
                answers.add(String.valueOf(answer(question)));
            }
            System.out.println(String.join(" | ", answers));
        }
    }

    private static Object answer(String question) throws Exception {
        String[] words = question.split(" ", 2);
        return switch (words[0]) {
            case "variable" -> System.getenv(words[1]) + " " + System.getenv().get(words[1]);
            case "aside" -> System.getenv().keySet().stream().filter(name -> name.startsWith("SSI_")).toList();
            case "child" -> child(words[1]);
            case "property" -> System.getProperty(words[1]);
            case "options" -> ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(each -> each.startsWith(words[1])).toList();
            case "class" -> Class.forName(words[1]).getDeclaredConstructor().newInstance();
            case "resource" -> resource(words[1]);
            case "url" -> Surroundings.class.getResource(words[1]);
            case "keep" -> keep(Integer.parseInt(words[1]));
            default -> "? " + question;
        };
    }

    private static String child(String variable) throws Exception {
        Process child = new ProcessBuilder("sh", "-c", "echo $" + variable).start();
        return new String(child.getInputStream().readAllBytes()).strip();
    }

    private static String resource(String name) throws Exception {
        try (InputStream in = Surroundings.class.getResourceAsStream(name)) {
            return in == null ? "none" : new String(in.readAllBytes());
        }
    }

    private static String keep(int megabytes) {
        KEPT.clear();
        if (megabytes > 0) {
            KEPT.add(new byte[megabytes << 20]);
        }
        return "kept";
    }
}
