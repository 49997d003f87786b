package migrations

// Subtract divides operations into those that are left when the noise is taken out, and those that were noise. An
// operation is noise when one of the noise's has the same kind, object, facet and definition.
func Subtract(ops, noise []Operation) (left, removed []Operation) {
	known := make(map[[4]string]bool, len(noise))
	for _, n := range noise {
		known[n.identity()] = true
	}
	for _, o := range ops {
		if known[o.identity()] {
			removed = append(removed, o)
		} else {
			left = append(left, o)
		}
	}
	return left, removed
}

// identity is what makes two operations the same difference.
func (o Operation) identity() [4]string { return [4]string{o.Kind, o.Object, o.Facet, o.Definition} }
