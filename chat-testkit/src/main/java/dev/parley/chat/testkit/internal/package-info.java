/** What the contract suites have in common. */
package dev.parley.chat.testkit.internal;
