/** Holds that the library opens no connection of its own accord. */
package dev.groundwork.rag.examples.offline;
