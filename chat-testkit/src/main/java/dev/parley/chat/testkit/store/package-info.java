/** The contract of stores, as tests. */
package dev.parley.chat.testkit.store;
