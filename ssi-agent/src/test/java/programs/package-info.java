/** Small programs that the tests move while they run. They know nothing of the project, and print the same on every run. */
package programs;
