/** Value records that name things in the cluster. No dependencies, no behaviour beyond validation and printing. */
package io.ssi.core.id;
