package devenv

// DoctorIDs lists the ids of all examinations in their order.
func DoctorIDs() []string {
	var ids []string
	for _, e := range examinations() {
		ids = append(ids, e.id)
	}
	return ids
}
