package database

// FailedWrite is a write that does not work. Broken says that the schema is at fault; otherwise no legal row could be made.
type FailedWrite struct {
	Table, Role, Statement    string
	SQLState, Message, Detail string
	Broken                    bool
}
