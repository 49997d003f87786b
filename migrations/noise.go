package migrations

import "slices"

// Subtract removes the noise from a list of operations and returns what is left and what was removed. An operation is
// noise when noise contains one with the same kind, object, facet and definition. Dropping an index, constraint or
// table in order to recreate it is noise only if recreating it is noise as well.
func Subtract(ops, noise []Operation) (left, removed []Operation) {
	for _, o := range ops {
		if IsNoise(o, ops, noise) {
			removed = append(removed, o)
		} else {
			left = append(left, o)
		}
	}
	return left, removed
}

// IsNoise reports whether Subtract removes an operation, which must be one of ops.
func IsNoise(o Operation, ops, noise []Operation) bool {
	return slices.ContainsFunc(noise, o.same) && !o.isReplaced(ops, noise)
}

// same reports whether two operations describe the same difference.
func (o Operation) same(other Operation) bool {
	return o.Kind == other.Kind && o.Object == other.Object && o.Facet == other.Facet && o.Definition == other.Definition
}

// isReplaced reports whether the operation drops an object that another operation, not noise, recreates under the same
// name.
func (o Operation) isReplaced(ops, noise []Operation) bool {
	creates := map[string]string{DropIndex: CreateIndex, DropConstraint: CreateConstraint, DropTable: CreateTable}[o.Kind]
	return creates != "" && slices.ContainsFunc(ops, func(other Operation) bool {
		return other.Kind == creates && other.Object == o.Object && !slices.ContainsFunc(noise, other.same)
	})
}
