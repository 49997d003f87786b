package report

// Timings tell what a run's time went into. A run has them only if somebody asked.
type Timings struct {
	// Programs are what used the processors, the most first.
	Programs []Program `json:"programs"`
	// Machine is how busy this machine was; nil where the engine's machine is another one.
	Machine *Load `json:"machine,omitempty"`
}

// Program is what ran in the containers of one kind, or devenv itself, which has none.
type Program struct {
	Name       string `json:"name"`
	Containers int    `json:"containers,omitempty"`
	// CPUMS is the processor time in milliseconds, without that of Unknown containers: the engine does not tell it.
	CPUMS   int64 `json:"cpu_ms"`
	Unknown int   `json:"unknown,omitempty"`
}

// Load is how busy a machine was during the run, with everything that ran on it, in percent.
type Load struct {
	Processors int `json:"processors"`
	// Busy is the share of the processors' time in use; DiskWait the share in which they had nothing to do but wait for
	// a disk.
	Busy     int `json:"busy_percent"`
	DiskWait int `json:"disk_wait_percent"`
}
