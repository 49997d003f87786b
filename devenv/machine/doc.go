// Package machine inspects the machine that devenv or the engine runs on, independent of the project: who listens on
// a port, whether there is enough memory and disk, and whether the clock is right. Probe and Explain are about ports;
// doctor uses Memory, Disk and Clock. It only reads, and uses compose/engine and report.
package machine
