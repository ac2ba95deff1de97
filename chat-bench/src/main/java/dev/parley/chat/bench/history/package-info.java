/**
 * A history of a million messages, plain and sealed: how long it takes to open, page, search, sync and delete.
 * {@link dev.parley.chat.bench.history.HistoryBench} runs it.
 */
package dev.parley.chat.bench.history;
