package programs;

/** Class files of old versions; OldClasses makes what it runs. */
public final class Old {
    private static final String[] MADE = {"Blocks45", "Blocks48", "Blocks50", "Blocks51", "Subroutines46"};

    private Old() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        for (String name : MADE) {
            ((Runnable) Class.forName("programs." + name).getDeclaredConstructor().newInstance()).run();
        }
    }
}
