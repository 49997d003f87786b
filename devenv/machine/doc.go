// Package machine asks what holds on the machine that devenv or the engine runs on, whatever the project: who listens on a port,
// and whether there is enough memory and disk and the clock is right. Probe and Explain are about ports, Memory, Disk and Clock are
// what doctor asks. It looks only, and uses compose/engine and report.
package machine
